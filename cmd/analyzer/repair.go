package main

import (
	"context"
	"encoding/json"
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
.ply or .3mf. It merges vertices that rounding tore apart, removes triangles
that enclose nothing, splits edges at T-junctions, turns triangles alike,
separates bodies that touch, closes holes and turns the surface outward. No
vertex moves by more than 1e-7 of the part's size. A part that needs nothing is
written as it is.

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
				return fmt.Errorf("--out: name the file to write; see %s --help", cmd.CommandPath())
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
	f.StringVarP(&flags.out, "out", "o", "", "file to write")
	f.BoolVar(&flags.fillLarge, "fill-large", false, "also close holes whose patch exceeds 5 % of the surface")
	f.BoolVar(&flags.union, "union", false, "unite bodies that overlap and surfaces that cross themselves")
	f.BoolVar(&flags.report, "report", false, "say what was done, step by step")
	f.BoolVar(&flags.json, "json", false, "print the report as JSON")
	f.IntVar(&flags.threads, "threads", 0, "processors to use, 0 for all")
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
		err = encoder.Encode(done)
	case flags.report:
		err = writeRepairReport(p.stdout, done)
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

// repairState says in words what is wrong with a surface.
func repairState(c *mesh.RepairCounts) string {
	return fmt.Sprintf("%d holes, %d border edges, %d non-manifold edges, %d non-manifold vertices, %d flipped triangles",
		c.Holes, c.BorderEdges, c.NonManifoldEdges, c.NonManifoldVertices, c.Flipped)
}

// repairWords say what the steps of a repair count.
var repairWords = map[mesh.RepairStepName]string{
	mesh.RepairFolds:     "pairs of triangles back to back removed",
	mesh.RepairClean:     "vertices welded or triangles without use removed",
	mesh.RepairFlat:      "triangles without area taken out",
	mesh.RepairJunctions: "edges split at vertices on them",
	mesh.RepairTurn:      "triangles turned like their neighbours",
	mesh.RepairMembranes: "walls without thickness removed from the inside",
	mesh.RepairSplit:     "vertices and edges separated where the surface touches itself",
	mesh.RepairStrays:    "stray sheets removed",
	mesh.RepairMisfits:   "torn corners put back",
	mesh.RepairHoles:     "holes closed",
	mesh.RepairSeparate:  "vertices and edges separated after closing holes",
	mesh.RepairNoise:     "noise shells removed",
	mesh.RepairOutward:   "shells turned outward",
	mesh.RepairUnion:     "pieces of overlapping surfaces removed or joined",
}

func writeRepairReport(w io.Writer, r *mesh.RepairReport) error {
	var s strings.Builder
	fmt.Fprintf(&s, "before: %d triangles, %s\n", r.Before.Triangles, repairState(&r.Before))
	for i := range r.Steps {
		step := &r.Steps[i]
		fmt.Fprintf(&s, "  %6d %s", step.Count, repairWords[step.Name])
		if len(step.Places) > 0 {
			p := step.Places[0]
			fmt.Fprintf(&s, ", first at %.6g, %.6g, %.6g", p.X, p.Y, p.Z)
		}
		s.WriteByte('\n')
	}
	if !r.Changed {
		s.WriteString("  nothing to do\n")
	}
	for i := range r.Refused {
		h := &r.Refused[i]
		fmt.Fprintf(&s, "  left open: a hole of %d edges, %.4g mm around, at %.6g, %.6g, %.6g: %s\n",
			h.Edges, h.Length, h.Centroid.X, h.Centroid.Y, h.Centroid.Z, h.Reason)
	}
	fmt.Fprintf(&s, "after:  %d triangles, %s\n", r.After.Triangles, repairState(&r.After))
	_, err := io.WriteString(w, s.String())
	return err
}
