package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
)

// mendingWords say what the steps of a repair count: one and many.
var mendingWords = map[mesh.RepairStepName][2]string{
	mesh.RepairFolds:     {"pair of triangles back to back removed", "pairs of triangles back to back removed"},
	mesh.RepairClean:     {"vertex welded or triangle without use removed", "vertices welded or triangles without use removed"},
	mesh.RepairFlat:      {"triangle without area taken out", "triangles without area taken out"},
	mesh.RepairJunctions: {"edge split at a vertex on it", "edges split at vertices on them"},
	mesh.RepairTurn:      {"triangle turned like its neighbours", "triangles turned like their neighbours"},
	mesh.RepairMembranes: {"wall without thickness removed from the inside", "walls without thickness removed from the inside"},
	mesh.RepairSplit:     {"vertex or edge separated where the surface touches itself", "vertices and edges separated where the surface touches itself"},
	mesh.RepairStrays:    {"stray sheet removed", "stray sheets removed"},
	mesh.RepairMisfits:   {"torn corner put back", "torn corners put back"},
	mesh.RepairHoles:     {"hole closed", "holes closed"},
	mesh.RepairSeparate:  {"vertex or edge separated after closing holes", "vertices and edges separated after closing holes"},
	mesh.RepairNoise:     {"noise shell removed", "noise shells removed"},
	mesh.RepairOutward:   {"shell turned outward", "shells turned outward"},
	mesh.RepairUnion:     {"piece of overlapping surfaces removed or joined", "pieces of overlapping surfaces removed or joined"},
}

// A mended is what the steps of one name did, in all rounds.
type mended struct {
	name   mesh.RepairStepName
	count  int
	places [][3]float64
}

func (m *mended) String() string {
	words, ok := mendingWords[m.name]
	if !ok {
		words = [2]string{string(m.name), string(m.name)}
	}
	return plural(m.count, words[0], words[1])
}

// mendings adds up the steps of the same name, in the order in which they
// first ran.
func mendings(r *analysis.Mending) []mended {
	var all []mended
next:
	for i := range r.Steps {
		s := &r.Steps[i]
		for k := range all {
			if all[k].name == s.Name {
				all[k].count += s.Count
				all[k].places = append(all[k].places, s.Places...)
				continue next
			}
		}
		all = append(all, mended{s.Name, s.Count, s.Places[:len(s.Places):len(s.Places)]})
	}
	return all
}

// leftOpen says in words what holes were left open and why, most at most.
func leftOpen(r *analysis.Mending, most int) []string {
	var lines []string
	for i := range r.Refused[:min(most, len(r.Refused))] {
		h := &r.Refused[i]
		lines = append(lines, fmt.Sprintf("a hole of %s, %s mm around, at (%s): %s",
			plural(h.Edges, "edge", "edges"), length2(h.Length), coordinates(h.Centroid), h.Reason))
	}
	if more := r.RefusedCount - len(lines); more > 0 {
		lines = append(lines, plural(more, "more hole", "more holes"))
	}
	return lines
}

// mending lists on the page of a file what was mended and what was not.
func (s *sheet) mending(r *analysis.Mending) {
	if r == nil {
		return
	}
	if steps := mendings(r); len(steps) > 0 {
		s.line("")
		s.line("  %s", s.paint(bold, "Mended"))
		for i := range steps {
			m := &steps[i]
			at := ""
			if len(m.places) > 0 {
				at = "  at " + s.point(m.places[0])
			}
			if m.count > 1 && at != "" {
				at += s.pick(", …", ", ...")
			}
			s.line("    %s%s", m, at)
		}
	}
	if open := leftOpen(r, mostPlaces); len(open) > 0 {
		s.line("")
		s.line("  %s", s.paint(bold, "Left open"))
		for _, l := range open {
			s.paragraph(4, l)
		}
	}
}

// writeMending writes a repair's report for people.
func writeMending(w io.Writer, r *analysis.Mending) error {
	var out strings.Builder
	fmt.Fprintf(&out, "before: %s, %s\n", plural(r.Before.Triangles, "triangle", "triangles"), repairState(&r.Before))
	steps := mendings(r)
	for i := range steps {
		m := &steps[i]
		fmt.Fprintf(&out, "  %s", m)
		if len(m.places) > 0 {
			fmt.Fprintf(&out, ", first at %s", coordinates(m.places[0]))
		}
		out.WriteByte('\n')
	}
	if !r.Changed {
		out.WriteString("  nothing to do\n")
	}
	for _, l := range leftOpen(r, len(r.Refused)) {
		fmt.Fprintf(&out, "  left open: %s\n", l)
	}
	fmt.Fprintf(&out, "after:  %s, %s\n", plural(r.After.Triangles, "triangle", "triangles"), repairState(&r.After))
	_, err := io.WriteString(w, out.String())
	return err
}

// repairState says in words what is wrong with a surface.
func repairState(c *mesh.RepairCounts) string {
	return strings.Join([]string{
		plural(c.Holes, "hole", "holes"), plural(c.BorderEdges, "border edge", "border edges"),
		plural(c.NonManifoldEdges, "non-manifold edge", "non-manifold edges"),
		plural(c.NonManifoldVertices, "non-manifold vertex", "non-manifold vertices"),
		plural(c.Flipped, "flipped triangle", "flipped triangles"),
	}, ", ")
}
