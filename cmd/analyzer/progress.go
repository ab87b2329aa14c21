package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/partgauge/partgauge/analysis"
)

const (
	// barDelay keeps the bar from flashing for quick files.
	barDelay    = 400 * time.Millisecond
	barInterval = 100 * time.Millisecond
	// lineInterval is that of lines where there is no terminal.
	lineInterval = 15 * time.Second
)

// A progress shows on one line of a terminal how far a batch has come.
type progress struct {
	out   *os.File
	style style
	shown bool // there is a terminal, and nobody asked for silence
	lines bool // without a terminal, a line from time to time
	rated bool // say how fast it goes and when it will end

	mu      sync.Mutex
	total   float64 // bytes of all files
	done    float64 // of the finished files
	files   int
	ended   int
	running []*fileProgress // in the order in which they began
	drawn   bool            // the line is on the screen
	started time.Time
}

// A fileProgress is one file on its way.
type fileProgress struct {
	bar      *progress
	name     string
	weight   float64
	fraction float64
	stage    analysis.Stage
}

func newProgress(out *os.File, inputs []input, wanted bool) *progress {
	p := &progress{out: out, style: styleOf(out), files: len(inputs), started: time.Now()}
	p.shown = wanted && term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb"
	for _, in := range inputs {
		p.total += barWeight(in)
	}
	return p
}

// barWeight is the share of a file in the bar.
func barWeight(in input) float64 { return float64(max(in.size, 1<<10)) }

// start draws the bar from time to time until the returned function is
// called.
func (p *progress) start() (stop func()) {
	delay, interval, draw := barDelay, barInterval, p.draw
	switch {
	case p.lines:
		delay, interval, draw = lineInterval, lineInterval, p.drawLine
	case !p.shown:
		return func() {}
	}
	quit := make(chan struct{})
	var drawer sync.WaitGroup
	drawer.Go(func() {
		select {
		case <-time.After(delay):
		case <-quit:
			return
		}
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			p.mu.Lock()
			draw()
			p.mu.Unlock()
			select {
			case <-ticker.C:
			case <-quit:
				return
			}
		}
	})
	return func() {
		close(quit)
		drawer.Wait()
		p.aside(func() {})
	}
}

// aside takes the bar off the screen while write writes.
func (p *progress) aside(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = false
	}
	write()
}

// begin adds a file.
func (p *progress) begin(in input) *fileProgress {
	f := &fileProgress{bar: p, name: in.name, weight: barWeight(in)}
	p.mu.Lock()
	p.running = append(p.running, f)
	p.mu.Unlock()
	return f
}

// update takes what the analysis says.
func (f *fileProgress) update(now analysis.Progress) {
	f.bar.mu.Lock()
	f.fraction, f.stage = now.Fraction, now.Stage
	f.bar.mu.Unlock()
}

// end removes the file.
func (f *fileProgress) end() {
	p := f.bar
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += f.weight
	p.ended++
	for i, g := range p.running {
		if g == f {
			p.running = append(p.running[:i], p.running[i+1:]...)
			return
		}
	}
}

// stageWords say what a stage does to somebody who waits for it.
var stageWords = map[analysis.Stage]string{
	analysis.StageRead:              "reading",
	analysis.StageMeasure:           "measuring",
	analysis.StageClean:             "cleaning",
	analysis.StageHull:              "measuring the hull",
	analysis.StageTree:              "sorting triangles",
	analysis.StageConcaveHull:       "measuring the concave hull",
	analysis.StageSelfIntersections: "looking for intersections",
	analysis.StageThickness:         "measuring walls",
	analysis.StageSupport:           "measuring support",
	analysis.StageFit:               "turning it in the chamber",
	analysis.StageTrapped:           "looking for trapped volumes",
	analysis.StageCriteria:          "judging",
}

// fraction returns how much of all files is done, 0 to 1.
func (p *progress) fraction() float64 {
	at := p.done
	for _, f := range p.running {
		at += f.fraction * f.weight
	}
	if p.total <= 0 {
		return 0
	}
	return min(1, at/p.total)
}

// pace says how fast it goes and how long the rest will take if it stays so.
func (p *progress) pace(fraction float64) string {
	passed := time.Since(p.started)
	if passed < time.Second || p.ended == 0 || fraction <= 0 {
		return ""
	}
	left := time.Duration(float64(passed) * (1 - fraction) / fraction).Round(time.Second)
	return fmt.Sprintf("  %.3g a second, %v left", float64(p.ended)/passed.Seconds(), left)
}

// drawLine writes a line where there is no terminal; p.mu is held.
func (p *progress) drawLine() {
	fraction := p.fraction()
	note(p.out, "%d %%, %d of %d files%s", percent(fraction), p.ended, p.files, p.pace(fraction))
}

// percent rounds down, so that 100 means that nothing is left.
func percent(fraction float64) int { return int(100 * fraction) }

// draw writes the line; p.mu is held.
func (p *progress) draw() {
	fraction := p.fraction()
	const cells = 24
	full := int(fraction * cells)
	bar := strings.Repeat(p.style.pick("━", "#"), full)
	rest := strings.Repeat(p.style.pick("─", "."), cells-full)
	line := fmt.Sprintf(" %3d %%", percent(fraction))
	if p.files > 1 {
		line += fmt.Sprintf("  %d of %d", p.ended, p.files)
	}
	line += fmt.Sprintf("  %s", time.Since(p.started).Round(time.Second))
	if p.rated {
		line += p.pace(fraction)
	}
	if len(p.running) > 0 {
		f := p.running[0]
		line += "  " + p.style.shorten(printable(f.name), 40) + " " + stageWords[f.stage]
	}
	line = p.style.shorten(line, max(10, p.style.width-cells-1))
	fmt.Fprint(p.out, "\r"+p.style.paint(cyan, bar)+p.style.paint(dim, rest)+line+"\x1b[K")
	p.drawn = true
}
