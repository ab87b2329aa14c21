package examine

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/child"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

// Serve makes the process a child that examines models. It does not return.
func Serve() { child.Serve(work) }

// Of the child.
const (
	progressInterval = 100 * time.Millisecond
	pictureSide      = 320 // pixels
)

func work(a *child.Assignment) error {
	order, err := decode[header](a.Header)
	if err != nil {
		return err
	}
	data := make([]byte, order.Bytes)
	if _, err := io.ReadFull(a.Body, data); err != nil {
		return err
	}
	opts := order.Options
	opts.Name, opts.Threads, opts.Timeout, opts.Progress = order.Name, order.Threads, order.Timeout, tell(a)
	subject, err := analysis.Examine(context.Background(), data, opts)
	if err != nil {
		return err
	}
	return (&delivery{a}).deliver(subject)
}

// tell returns a function that sends progress now and then.
func tell(a *child.Assignment) func(analysis.Progress) {
	var (
		last  time.Time
		stage analysis.Stage
	)
	return func(now analysis.Progress) {
		if now.Stage == stage && time.Since(last) < progressInterval {
			return
		}
		last, stage = time.Now(), now.Stage
		word, err := json.Marshal(progress{now.Stage, now.Fraction})
		if err == nil {
			// Whether the parent still listens shows with the next part.
			_ = a.Progress(word)
		}
	}
}

// A delivery sends what was found.
type delivery struct{ *child.Assignment }

func (d *delivery) deliver(s *analysis.Subject) error {
	report, err := json.Marshal(s.Report)
	if err != nil {
		return err
	}
	if err := d.send(Report, report); err != nil || s.Mesh == nil {
		return err
	}
	if err := d.send(Hull, EncodeHull(s.Hull)); err != nil {
		return err
	}
	if err := d.samples(s); err != nil {
		return err
	}
	if err := d.picture(s); err != nil {
		return err
	}
	out, err := d.Part(string(Optimized))
	if err != nil {
		return err
	}
	return mesh.Write(out, s.Mesh, mesh.FormatSTL, mesh.WriteOptions{})
}

func (d *delivery) send(part Part, data []byte) error {
	out, err := d.Part(string(part))
	if err == nil {
		_, err = out.Write(data)
	}
	return err
}

func (d *delivery) samples(s *analysis.Subject) error {
	if s.Samples == nil {
		return nil
	}
	data, err := s.Samples.Encode()
	if err != nil {
		return err
	}
	return d.send(Samples, data)
}

// picture draws the part, with its walls coloured where they are judged. A part
// that cannot be drawn has no picture.
func (d *delivery) picture(s *analysis.Subject) error {
	img, err := s.Picture(context.Background(), analysis.PictureOptions{
		Look:     thumbnail.Options{Width: pictureSide, Height: pictureSide, View: thumbnail.View{Auto: true}},
		HeatMap:  s.Report.Options.MinWall > 0 && s.Samples != nil,
		NoLegend: true,
	})
	if err != nil {
		return nil
	}
	var png bytes.Buffer
	if err := thumbnail.WritePNG(&png, img); err != nil {
		return err
	}
	return d.send(Thumbnail, png.Bytes())
}
