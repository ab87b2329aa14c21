package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
)

// repairFlags are the flags of repair beside those of reading.
type repairFlags struct {
	out          string
	format       mesh.Format
	fillLarge    bool
	union        bool
	report, json bool
	threads      int
}

func (p *program) repairCommand() *cobra.Command {
	var (
		read  readFlags
		flags repairFlags
	)
	cmd := &cobra.Command{
		Use:   "repair [flags] IN -o OUT",
		Short: "Close and clean the surface of a model",
		Long: `repair reads IN ("-" is standard input), makes a closed surface of it as far as
that needs no guess, and writes OUT in the format of its ending: .stl, .obj,
.ply, .3mf or .glb. It merges vertices that rounding tore apart, removes
triangles that enclose nothing, splits edges at T-junctions, turns triangles
alike, separates bodies that touch, closes holes and turns the surface outward.
No vertex moves by more than 1e-7 of the part's size. A part that needs nothing
is written as it is.

With --union, bodies that overlap become one, and surfaces that cross
themselves the boundary of what they enclose; cavities stay. Where that cannot
be done, the surface stays as it is and a note says why.

The exit code is 1 if the model is still no closed solid afterwards; OUT is
written nevertheless.`,
		Example: `  analyzer repair scan.stl -o scan-repaired.stl
  analyzer repair --fill-large --report shell.obj -o shell.3mf
  analyzer repair --union assembly.3mf -o one-piece.stl`,
		Args: exactArgs(1, "give the file to repair"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var opts analysis.Options
			if err := read.apply(cmd.Flags(), &opts); err != nil {
				return err
			}
			if flags.out == "" {
				return fmt.Errorf("--output: name the file to write; see %s --help", cmd.CommandPath())
			}
			if flags.threads < 0 {
				return errors.New("--threads: give a number above 0")
			}
			var err error
			if flags.format, err = formatOf(flags.out, false); err != nil {
				return err
			}
			sound, err := p.repair(cmd.Context(), args[0], &flags, mesh.ReadOptions{Unit: opts.Unit, Limits: opts.Limits})
			if err != nil {
				note(p.stderr, "%s", printable(err.Error()))
			}
			if err != nil || !sound {
				return exitError(exitFailed)
			}
			return nil
		},
	}
	read.add(cmd)
	f := cmd.Flags()
	f.StringVarP(&flags.out, "output", "o", "", "`FILE` to write the repaired model to")
	f.BoolVar(&flags.fillLarge, "fill-large", false, "also close holes whose patch exceeds 5 % of the surface")
	f.BoolVar(&flags.union, "union", false, "unite bodies that overlap and surfaces that cross themselves")
	f.BoolVar(&flags.report, "report", false, "say what was done, step by step")
	f.BoolVar(&flags.json, "json", false, "print the report as JSON")
	f.IntVar(&flags.threads, "threads", 0, "processors to use (default all)")
	return cmd
}

// repair repairs one file and reports whether the result is sound.
func (p *program) repair(ctx context.Context, in string, flags *repairFlags, read mesh.ReadOptions) (sound bool, err error) {
	file, err := p.readModel(ctx, in, read)
	if err != nil {
		return false, err
	}
	m, done, err := mesh.Repair(ctx, file.Mesh, mesh.RepairOptions{
		Threads: flags.threads, FillLarge: flags.fillLarge,
		Union: flags.union, Single: flags.format == mesh.FormatSTL,
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", in, plainError(err))
	}
	write := mesh.WriteOptions{Unit: mesh.Millimetre, Name: strings.TrimSuffix(filepath.Base(flags.out), filepath.Ext(flags.out))}
	if err := writeFile(flags.out, func(w io.Writer) error { return mesh.Write(w, m, flags.format, write) }); err != nil {
		return false, fmt.Errorf("%s: %w", flags.out, plainError(err))
	}
	switch {
	case flags.json:
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(analysis.NewMending(done))
	case flags.report:
		err = writeMending(p.stdout, analysis.NewMending(done))
	}
	if err != nil {
		return false, err
	}
	if done.RefusedUnion != "" {
		note(p.stderr, "%s: bodies are not united: %s", printable(in), done.RefusedUnion)
	}
	if _, united := done.Step(mesh.RepairUnion); united && flags.format == mesh.FormatSTL && !m.SinglePrecision {
		note(p.stderr, "%s: the 32-bit coordinates of STL bring back some crossings of triangles; .obj and .3mf hold the union", printable(flags.out))
	}
	after := &done.After
	sound = after.BorderEdges+after.NonManifoldEdges+after.NonManifoldVertices+after.Flipped == 0
	if !sound {
		note(p.stderr, "%s: still no closed solid: %s", printable(in), repairState(after))
	}
	return sound, nil
}
