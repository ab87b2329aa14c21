package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
	"github.com/partgauge/partgauge/thumbnail"
)

// pictureFlags are the flags of a picture.
type pictureFlags struct {
	out         string
	size        pictureSize
	view        view
	background  shade
	color       shade
	heatmap     bool
	markDefects bool
	noLegend    bool
	technology  string
	minWall     length
	optimalWall length
}

func (p *program) thumbnailCommand() *cobra.Command {
	var (
		s = session{program: p}
		f pictureFlags
	)
	cmd := &cobra.Command{
		Use:   "thumbnail [flags] FILE|- -o OUT",
		Short: "Draw a model, or a heat map of its walls",
		Long: `thumbnail draws a model as a PNG: shaded, or with --heatmap coloured by the
thickness of its walls, red below --min-wall, yellow below --optimal-wall, green
above, and grey along edges and where the thickness is unknown. "-" is standard
input.

With --mark-defects, open edges are drawn in magenta and non-manifold edges in
blue, and the thin regions of a heat map are numbered as a report lists them.

If OUT ends in .ply or .glb, the heat map is written as a mesh with colours and
the thickness at each vertex. The same file and flags give the same picture on
every machine.`,
		Example: `  analyzer thumbnail part.stl -o part.png
  analyzer thumbnail part.stl -o part.png --size 1024 --view auto --background '#ffffff'
  analyzer thumbnail part.stl -o walls.png --heatmap --min-wall 0.8 --optimal-wall 1.2
  analyzer thumbnail part.stl -o walls.glb --heatmap --technology sls`,
		Args: exactArgs(1, "give the model to draw"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := s.options(cmd.Flags())
			if err != nil {
				return err
			}
			write, err := f.writer(&s, cmd.Flags(), &opts)
			if err != nil {
				return err
			}
			if err := p.draw(cmd.Context(), args[0], f.out, opts, write); err != nil {
				return p.failed(err)
			}
			return nil
		},
	}
	f.add(cmd)
	s.addReadFlags(cmd)
	return cmd
}

func (f *pictureFlags) add(cmd *cobra.Command) {
	f.size = pictureSize{512, 512}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", "`FILE` to write: .png, or .ply or .glb for a heat map as a mesh")
	flags.Var(&f.size, "size", fmt.Sprintf("pixels, such as 512 or 800x600, %d to %d", thumbnail.MinSize, thumbnail.MaxSize))
	flags.Var(&f.view, "view", strings.Join(thumbnail.ViewNames(), "|")+", or a direction to the eye such as 1,-2,0.5")
	// The only error is that of a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc("view", cobra.FixedCompletions(thumbnail.ViewNames(), cobra.ShellCompDirectiveNoFileComp))
	f.background.orNone = true
	flags.Var(&f.background, "background", "transparent, or a colour such as #ffffff")
	flags.Var(&f.color, "color", "of the part, such as #a3b5ca")
	flags.BoolVar(&f.heatmap, "heatmap", false, "colour the part by wall thickness")
	flags.BoolVar(&f.markDefects, "mark-defects", false, "draw open and non-manifold edges, number thin regions")
	flags.BoolVar(&f.noLegend, "no-legend", false, "leave out what the colours mean")
	var technologies []string
	for _, t := range printability.Technologies() {
		technologies = append(technologies, t.Name)
	}
	choiceFlag(cmd, &f.technology, "technology", "take the limits usual for", technologies...)
	flags.Var(&f.minWall, "min-wall", "walls below are red")
	flags.Var(&f.optimalWall, "optimal-wall", "walls below are yellow")
}

// A drawing makes what is written from the bytes of a model.
type drawing func(ctx context.Context, data []byte, w io.Writer) error

// writer checks the flags and returns what draws as they say.
func (f *pictureFlags) writer(s *session, flags *pflag.FlagSet, opts *analysis.Options) (drawing, error) {
	format, err := f.format()
	if err != nil {
		return nil, err
	}
	if f.technology != "" {
		opts.Technology = f.technology
	}
	if flags.Changed("min-wall") {
		opts.MinWall = float64(f.minWall)
	}
	if flags.Changed("optimal-wall") {
		opts.OptimalWall = float64(f.optimalWall)
	}
	f.heatmap = f.heatmap || format != ""
	limits := opts.WithDefaults()
	switch {
	case f.heatmap && limits.MinWall <= 0:
		return nil, errors.New("--heatmap: give the limits with --min-wall or --technology")
	case !f.heatmap && (flags.Changed("min-wall") || flags.Changed("optimal-wall") || flags.Changed("technology")):
		return nil, errors.New("--min-wall, --optimal-wall and --technology are for --heatmap")
	}
	if err := opts.Validate(); err != nil {
		return nil, s.optionMessage(err)
	}
	pic := analysis.PictureOptions{
		HeatMap: f.heatmap, MarkDefects: f.markDefects, NoLegend: f.noLegend,
		Look: thumbnail.Options{
			Width: f.size[0], Height: f.size[1], View: f.view.View,
			Background: f.background.NRGBA, Color: f.color.NRGBA, Threads: opts.Threads,
		},
	}
	if !f.heatmap {
		return func(ctx context.Context, data []byte, w io.Writer) error {
			img, err := analysis.Picture(ctx, data, *opts, pic)
			if err != nil {
				return err
			}
			return thumbnail.WritePNG(w, img)
		}, nil
	}
	opts.Stages = []analysis.Stage{analysis.StageThickness}
	return func(ctx context.Context, data []byte, w io.Writer) error {
		subject, err := analysis.Examine(ctx, data, *opts)
		if err != nil {
			return err
		}
		if subject.Report.Error != nil {
			return subject.Report.Error
		}
		if format != "" {
			m, write, err := subject.HeatMesh()
			if err != nil {
				return err
			}
			write.Name = strings.TrimSuffix(filepath.Base(f.out), filepath.Ext(f.out))
			return mesh.Write(w, m, format, write)
		}
		img, err := subject.Picture(ctx, pic)
		if err != nil {
			return err
		}
		return thumbnail.WritePNG(w, img)
	}, nil
}

// format returns the format of the mesh to write, "" for a picture.
func (f *pictureFlags) format() (mesh.Format, error) {
	switch ending := strings.ToLower(filepath.Ext(f.out)); {
	case f.out == "":
		return "", errors.New("-o: give the file to write, such as -o part.png")
	case ending == ".png":
		return "", nil
	case ending == ".ply":
		return mesh.FormatPLY, nil
	case ending == ".glb":
		return mesh.FormatGLB, nil
	}
	return "", fmt.Errorf("-o %q does not end in .png, .ply or .glb, so what to write is not known", f.out)
}

// draw reads in and writes out.
func (p *program) draw(ctx context.Context, in, out string, opts analysis.Options, write drawing) error {
	data, err := p.readFile(ctx, in, opts.Limits)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	var failed error // about the model, not about the file written
	err = writeFile(out, func(w io.Writer) error {
		failed = write(ctx, data, w)
		return failed
	})
	switch {
	case failed != nil:
		return fmt.Errorf("%s: %w", in, failed)
	case err != nil:
		return fmt.Errorf("%s: %w", out, plainError(err))
	}
	return nil
}

// A pictureSize is a flag of one or two numbers of pixels.
type pictureSize [2]int

func (s *pictureSize) String() string {
	if s[0] == s[1] {
		return strconv.Itoa(s[0])
	}
	return fmt.Sprintf("%dx%d", s[0], s[1])
}

func (*pictureSize) Type() string { return "WxH" }

func (s *pictureSize) Set(text string) error {
	w, h, two := strings.Cut(strings.ToLower(text), "x")
	if !two {
		h = w
	}
	for i, side := range [...]string{w, h} {
		n, err := strconv.Atoi(side)
		if err != nil || n < thumbnail.MinSize || n > thumbnail.MaxSize {
			return fmt.Errorf("give %d to %d pixels, such as 512 or 800x600", thumbnail.MinSize, thumbnail.MaxSize)
		}
		s[i] = n
	}
	return nil
}

// A view is a flag that names where a part is seen from.
type view struct {
	thumbnail.View
	text string
}

func (v *view) String() string { return v.text }
func (*view) Type() string     { return "VIEW" }

func (v *view) Set(text string) (err error) {
	v.View, err = thumbnail.ParseView(text)
	v.text = text
	return err
}

// A shade is a flag that is a colour or, if that is allowed, transparent.
type shade struct {
	color.NRGBA
	text   string
	orNone bool
}

func (s *shade) String() string { return s.text }
func (*shade) Type() string     { return "COLOR" }

func (s *shade) Set(text string) error {
	s.text = text
	if s.orNone && strings.EqualFold(text, "transparent") {
		s.NRGBA = color.NRGBA{}
		return nil
	}
	rgb, err := hex.DecodeString(strings.TrimPrefix(text, "#"))
	switch {
	case (err != nil || len(rgb) != 3) && s.orNone:
		return errors.New("give a colour such as #a3b5ca, or transparent")
	case err != nil || len(rgb) != 3:
		return errors.New("give a colour such as #a3b5ca")
	}
	s.NRGBA = color.NRGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 255}
	return nil
}
