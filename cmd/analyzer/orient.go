package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

// orientFlags are the flags of a search for the best direction.
type orientFlags struct {
	readFlags
	objective    orient.Objective
	angle        float64
	chamber      chamber
	clearance    length
	weights      weights
	layer        length
	alternatives int
	threads      int
	out          string
	json         bool
}

func (p *program) orientCommand() *cobra.Command {
	f := orientFlags{objective: orient.LeastSupport, angle: 45}
	cmd := &cobra.Command{
		Use:   "orient [flags] FILE|-",
		Short: "Find the best direction to build a model in",
		Long: `orient finds how to turn a model for the build, and shows what that gains over
the pose of the file. "-" is standard input.

The objectives: support (little support, standing safely), height (the lowest
pose, for powder beds), support_area (few faces that carry support), sla (small
cross-sections), bed_area (the largest contact with the bed), and custom, with
--weights: of the height by the diameter, of the volume of support by that of
the model, of the area that carries support by the surface, of the contact with
the bed by the shadow (which counts as a gain), and of the faces that show
layers as stairs by the surface. Of equally good poses the one is taken that
turns the model least.

With -o the turned model is written, standing on the bed, in the format of the
ending: .stl, .obj, .ply, .3mf or .glb.

The exit code is 1 if no pose was found that fits the chamber; the best pose is
shown, and written with -o, nevertheless.`,
		Example: `  analyzer orient part.stl
  analyzer orient --objective height --chamber 250x210x210 part.stl -o oriented.stl
  analyzer orient --critical-angle 40 --alternatives 5 --json part.3mf
  analyzer orient --objective custom --weights height=1,volume=2 part.stl`,
		Args: exactArgs(1, "give the model to orient"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var read analysis.Options
			if err := f.apply(cmd.Flags(), &read); err != nil {
				return err
			}
			opts, format, err := f.options()
			if err != nil {
				return err
			}
			fits, err := p.orient(cmd.Context(), args[0], &f, opts, format, mesh.ReadOptions{Unit: read.Unit, Limits: read.Limits})
			switch {
			case err != nil:
				return p.failed(err)
			case !fits:
				return exitError(exitFailed)
			}
			return nil
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	var words []string
	for _, o := range orient.Objectives() {
		if o != orient.LeastPrice { // a function, which no flag can give
			words = append(words, string(o))
		}
	}
	choiceFlag(cmd, &f.objective, "objective", "what is to be small", words...).instead = map[string]string{
		string(orient.LeastPrice): "a price is a function of the pose, which only the library takes (orient.Options.Price); " +
			"here, weigh what your price depends on: --objective custom --weights height=1,volume=2",
	}
	flags.Float64Var(&f.angle, "critical-angle", f.angle, "faces flatter than this many degrees need support")
	flags.Var(&f.chamber, "chamber", "build chamber in mm that must hold the model")
	flags.Var(&f.clearance, "chamber-clearance", "kept free at each side of the chamber")
	flags.Var(&f.weights, "weights", "of the objective custom: "+strings.Join(weightNames[:], ", ")+"; what is not named has 0")
	_ = cmd.RegisterFlagCompletionFunc("weights", completeWeights)
	flags.Var(&f.layer, "layer-height", "of the first layer (default 1/500 of the model)")
	flags.IntVar(&f.alternatives, "alternatives", 0, "how many further poses to show")
	flags.IntVar(&f.threads, "threads", 0, "processors to use (default all)")
	flags.StringVarP(&f.out, "output", "o", "", "`FILE` to write the turned model to")
	flags.BoolVar(&f.json, "json", false, "print one JSON object (docs/orientation.md)")
	return cmd
}

// options checks the flags and returns what they ask for, and the format of
// the file to write.
func (f *orientFlags) options() (opts orient.Options, format mesh.Format, err error) {
	opts = orient.Options{
		Objective: f.objective, CriticalAngle: f.angle, Alternatives: f.alternatives,
		Weights: orient.Weights(f.weights), LayerHeight: float64(f.layer), Threads: f.threads,
	}
	if f.chamber != (chamber{}) {
		opts.Chamber = &fit.Chamber{W: f.chamber[0], D: f.chamber[1], H: f.chamber[2], Clearance: float64(f.clearance)}
	}
	switch {
	case f.angle == 0: // which would mean the default
		return opts, "", errors.New("--critical-angle: give an angle above 0° and up to 90°")
	case f.clearance != 0 && opts.Chamber == nil:
		return opts, "", errors.New("--chamber-clearance: give a chamber with --chamber")
	case f.weights != (weights{}) && f.objective != orient.Custom:
		return opts, "", errors.New("--weights are for --objective custom")
	case f.threads < 0:
		return opts, "", errors.New("--threads: give a number above 0")
	}
	if err := opts.Validate(); err != nil {
		var option *orient.OptionError
		if errors.As(err, &option) {
			return opts, "", fmt.Errorf("--%s: %s", kebab(option.Option), option.Reason)
		}
		return opts, "", err
	}
	if f.out != "" {
		format, err = formatOf(f.out, false)
	}
	return opts, format, err
}

// kebab turns the name of an option into that of its flag.
func kebab(name string) string {
	var out strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			out.WriteByte('-')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// orient orients the model in, prints what came out and writes the turned
// model. It reports whether the model fits the chamber, if there is one.
func (p *program) orient(ctx context.Context, in string, f *orientFlags, opts orient.Options, format mesh.Format, read mesh.ReadOptions) (fits bool, err error) {
	data, err := p.readFile(ctx, in, read.Limits)
	if err != nil {
		return false, fmt.Errorf("%s: %w", in, err)
	}
	file, err := mesh.Read(ctx, data, read)
	if err != nil {
		return false, fmt.Errorf("%s: %w", in, err)
	}
	for _, w := range file.Warnings {
		note(p.stderr, "%s: %s", printable(in), printable(w.Message))
	}
	start := time.Now()
	result, err := orient.Find(ctx, orient.Part{Mesh: file.Mesh}, opts)
	seconds := time.Since(start).Seconds()
	if err != nil {
		return false, fmt.Errorf("%s: %w", in, err)
	}
	fits = result.Fits == nil || result.Fits.ZRotation
	if !fits {
		note(p.stderr, "%s: no pose was found that fits the chamber", printable(in))
	}
	if f.out != "" {
		turned := result.Rotation.Apply(file.Mesh)
		err := writeFile(f.out, func(w io.Writer) error { return mesh.Write(w, turned, format, mesh.WriteOptions{}) })
		if err != nil {
			return false, fmt.Errorf("%s: %w", f.out, plainError(err))
		}
	}
	return fits, p.printOrientation(in, file, result, seconds, f.json)
}

func (p *program) printOrientation(in string, file *mesh.File, result *orient.Result, seconds float64, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(struct {
			File   string      `json:"file"`
			Format mesh.Format `json:"format"`
			Unit   mesh.Unit   `json:"unit"`
			*orient.Result
			Seconds float64 `json:"seconds"`
		}{in, file.Format, file.Unit, result, seconds})
	}
	s := poseSheet{sheet{style: styleOf(p.stdout)}}
	s.line("%s  %s", s.paint(bold, printable(in)), s.paint(dim, fmt.Sprintf("%s, %s, %.2f s",
		file.Format, plural(len(file.Mesh.Triangles), "triangle", "triangles"), seconds)))
	s.result(result)
	_, err := io.WriteString(p.stdout, s.text.String())
	return err
}

// A poseSheet shows an orientation as text.
type poseSheet struct{ sheet }

func (s *poseSheet) result(r *orient.Result) {
	s.line("")
	switch {
	case r.Rotation.AngleDeg == 0:
		s.entry("Rotation", "none: the model is best as it is")
	default:
		a := r.Rotation.Axis
		s.entry("Rotation", "%s about the axis (%s, %s, %s)", s.degrees(r.Rotation.AngleDeg), component(a[0]), component(a[1]), component(a[2]))
	}
	d := r.Direction
	s.entry("Up points", "(%s, %s, %s) of the file", component(d[0]), component(d[1]), component(d[2]))
	s.entry("Objective", "%s, critical angle %s", r.Objective, s.degrees(r.CriticalAngle))
	s.line("")
	s.compare(r)
	s.alternatives(r.Alternatives)
}

// compare writes a line for each number: before, after, and what is gained.
func (s *poseSheet) compare(r *orient.Result) {
	const label, column = 25, 20
	row := func(name, before, after, gain string) {
		s.line("  %s%s%s  %s", pad(name, label), padLeft(before, column), padLeft(after, column), gain)
	}
	row("", "as in the file", "best pose", "")
	b, p := &r.Baseline, &r.Pose
	number := func(name, unit string, before, after float64, gain *float64) {
		text := ""
		if gain != nil && math.Abs(*gain) >= 0.05 {
			text = padLeft(fmt.Sprintf("%+.1f %%", signOfChange(name)*(*gain)), 10)
		}
		row(name+" "+unit, length2(before), length2(after), text)
	}
	square, cube := s.pick("mm²", "mm2"), s.pick("mm³", "mm3")
	number("Height", "mm", b.Height, p.Height, r.Gain.Height)
	number("Support", cube, b.SupportVolume, p.SupportVolume, r.Gain.SupportVolume)
	number("Supported faces", square, b.SupportArea, p.SupportArea, r.Gain.SupportArea)
	number("of it over the part", square, b.SupportContactOnPart, p.SupportContactOnPart, nil)
	number(bedLabel, square, b.BedArea, p.BedArea, r.Gain.BedArea)
	number("Largest layer", square, b.MaxCrossSection, p.MaxCrossSection, nil)
	row("Stands", stands(b), stands(p), "")
	row("Box mm", box(b), box(p), "")
	if b.Fits != nil {
		row("Fits the chamber", s.fits(b), s.fits(p), "")
	}
}

const bedLabel = "On the bed"

// signOfChange turns a gain into a change: less height is a gain and a fall,
// more contact a gain and a rise.
func signOfChange(name string) float64 {
	if name == bedLabel {
		return 1
	}
	return -1
}

func stands(p *orient.Pose) string {
	switch {
	case p.Stable:
		return "yes"
	case p.Held:
		return "with support"
	}
	return "no"
}

func box(p *orient.Pose) string {
	return fmt.Sprintf("%.4g x %.4g x %.4g", p.Box.W, p.Box.D, p.Box.H)
}

func (s *poseSheet) fits(p *orient.Pose) string {
	switch {
	case p.Fits.AsIs:
		return "yes"
	case p.Fits.ZRotation:
		return "turned " + s.degrees(p.Fits.AngleDeg)
	}
	return "no"
}

func (s *poseSheet) alternatives(poses []orient.Pose) {
	if len(poses) == 0 {
		return
	}
	s.line("")
	s.line("  %s", s.paint(bold, "Alternatives"))
	for i := range poses {
		p := &poses[i]
		d := p.Direction
		fits := ""
		if p.Fits != nil && !p.Fits.ZRotation {
			fits = ", does not fit"
		}
		s.line("  %2d  up (%s, %s, %s)  height %s mm, support %s %s, bed %s %s, stands: %s%s", i+1,
			component(d[0]), component(d[1]), component(d[2]), length2(p.Height),
			length2(p.SupportVolume), s.pick("mm³", "mm3"), length2(p.BedArea), s.pick("mm²", "mm2"), stands(p), fits)
	}
}

func (s *poseSheet) degrees(a float64) string {
	return strconv.FormatFloat(math.Round(a*100)/100, 'f', -1, 64) + s.pick("°", " degrees")
}

// component writes a number from −1 to 1.
func component(v float64) string { return fmt.Sprintf("%.4f", math.Round(v*1e4)/1e4+0) }

// weights are the flag of the objective custom.
type weights orient.Weights

func (*weights) Type() string { return "NAME=W,..." }

var weightNames = [...]string{"height", "volume", "area", "bed", "stairs"}

// completeWeights offers the names that a list of weights does not have yet.
func completeWeights(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	given := typed[:strings.LastIndexByte(typed, ',')+1]
	var offers []string
	for _, name := range weightNames {
		if !strings.Contains(","+given, ","+name+"=") {
			offers = append(offers, given+name+"=")
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func (w *weights) fields() map[string]*float64 {
	return map[string]*float64{"height": &w.Height, "volume": &w.Volume, "area": &w.Area, "bed": &w.Bed, "stairs": &w.Stairs}
}

func (w *weights) String() string {
	var parts []string
	for _, name := range weightNames {
		if v := *w.fields()[name]; v != 0 {
			parts = append(parts, fmt.Sprintf("%s=%g", name, v))
		}
	}
	return strings.Join(parts, ",")
}

func (w *weights) Set(text string) error {
	*w = weights{}
	for part := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(part, "=")
		field := w.fields()[strings.TrimSpace(name)]
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if field == nil || err != nil || !(v >= 0) || math.IsInf(v, 0) {
			return errors.New("give numbers of 0 or more for height, volume, area, bed or stairs, such as height=1,volume=2")
		}
		*field = v
	}
	return nil
}
