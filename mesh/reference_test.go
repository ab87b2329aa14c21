package mesh_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

var updateDifferences = flag.Bool("update-differences", false, "rewrite the table of differences from the reference, keeping its reasons")

// differencesPage has, in its table, every difference there is and why.
const differencesPage = "../docs/reference-differences.md"

// A difference is a row of the table.
type difference struct{ model, what, reference, ours, reason string }

func (d difference) key() string { return d.model + " " + d.what }

func (d difference) row() string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", d.model, d.what, d.reference, d.ours, d.reason)
}

// Every number of every model equals the reference's, and every model is read
// or refused as it is by the reference, but for the differences that the page
// lists with their reasons. A listed difference that is none any more fails
// too.
func TestReference(t *testing.T) {
	references := meshtest.References(t, "own")
	listed, page := readDifferences(t)
	var found []difference
	for _, name := range slices.Sorted(maps.Keys(references)) {
		for _, d := range compareModel(t, references[name]) {
			d.reason = listed[d.key()].reason
			found = append(found, d)
		}
	}
	if *updateDifferences {
		writeDifferences(t, page, found)
		return
	}
	for _, d := range found {
		switch known, ok := listed[d.key()]; {
		case !ok:
			t.Errorf("not listed: %s", d.row())
		case known != d:
			t.Errorf("listed as %s, but is %s", known.row(), d.row())
		case d.reason == "":
			t.Errorf("no reason: %s", d.row())
		}
		delete(listed, d.key())
	}
	for _, d := range listed {
		t.Errorf("listed, but no difference: %s", d.row())
	}
}

// Models of which others say that a reader must refuse them are refused, or
// flagged by a warning where the geometry is certain; models that must pass
// are read.
func TestVerdicts(t *testing.T) {
	judged := 0
	for _, row := range meshtest.Manifest(t) {
		facts := strings.ToLower(row.Facts)
		mustPass := strings.Contains(facts, "must pass")
		mustFail := false
		for _, words := range []string{"must fail", "must throw", "must be refused", "must be rejected"} {
			mustFail = mustFail || strings.Contains(facts, words)
		}
		if !mustPass && !mustFail {
			continue
		}
		judged++
		f, err := mesh.Read(context.Background(), meshtest.Model(t, row.File), mesh.ReadOptions{})
		if mustPass && err != nil {
			t.Errorf("%s: %v", row.File, err)
		}
		if mustFail && err == nil && len(f.Warnings) == 0 {
			t.Errorf("%s: read without a word", row.File)
		}
	}
	if judged < 30 {
		t.Errorf("only %d models have a verdict", judged)
	}
}

// compareModel reads a model and returns what differs from the reference.
func compareModel(t *testing.T, ref meshtest.ReferenceRow) []difference {
	f, err := mesh.Read(context.Background(), meshtest.Model(t, ref.File), mesh.ReadOptions{})
	if err != nil {
		var refused *mesh.Error
		if !errors.As(err, &refused) {
			t.Fatalf("%s: %v", ref.File, err)
		}
		if !ref.OK() {
			return nil
		}
		return []difference{{model: ref.File, what: "reading", reference: "read", ours: string(refused.Code)}}
	}
	if !ref.OK() {
		return []difference{{model: ref.File, what: "reading", reference: "refused", ours: "read"}}
	}
	c := comparison{ref: ref}
	if triangles := strconv.Itoa(len(f.Mesh.Triangles)); triangles != ref.Text("facets") {
		// Another part of the file was read: nothing else can be the same.
		c.add("triangles", ref.Text("facets"), triangles)
		return c.found
	}
	topology, measures := survey(t, f.Mesh)
	c.counts(f.Mesh, topology, measures)
	c.sizes(measures, f.Unit.Scale(), topology.Triangles() > 0)
	return c.found
}

type comparison struct {
	ref   meshtest.ReferenceRow
	found []difference
}

func (c *comparison) add(what, reference, ours string) {
	c.found = append(c.found, difference{model: c.ref.File, what: what, reference: reference, ours: ours})
}

func (c *comparison) counts(m *mesh.Mesh, topology *mesh.Topology, measures *mesh.Measures) {
	yes := map[bool]string{true: "yes", false: "no"}
	// The reference calls a surface watertight if every edge has two triangles.
	twoSided := topology.Watertight() && topology.NonManifoldEdges.Len() == 0
	closedEven, _ := c.ref.Extra("closed_even")
	for _, row := range []struct{ what, reference, ours string }{
		{"vertices", c.ref.Text("verts"), strconv.Itoa(len(m.Vertices))},
		{"every edge has two triangles", c.ref.Text("watertight"), yes[twoSided]},
		{"encloses a volume", yes[closedEven == "True"], yes[measures.HasVolume]},
		{"shells", c.ref.Text("parts"), strconv.Itoa(topology.Shells)},
		{"Euler characteristic", c.ref.Text("euler_or_genus"), strconv.Itoa(topology.Euler())},
		{"border edges", c.ref.Text("open_edges"), strconv.Itoa(len(topology.Border))},
		{"non-manifold edges", c.ref.Text("nonmanifold_edges"), strconv.Itoa(topology.NonManifoldEdges.Len())},
		{"misoriented edges", c.ref.Text("misoriented"), strconv.Itoa(len(topology.Misoriented))},
		{"degenerate triangles", c.ref.Text("degenerate"), strconv.Itoa(measures.Degenerate)},
		{"duplicate triangles", c.ref.Text("duplicate"), strconv.Itoa(len(topology.Duplicates))},
		{"holes", c.ref.Text("holes"), strconv.Itoa(topology.Holes.Len())},
	} {
		if row.reference != row.ours {
			c.add(row.what, row.reference, row.ours)
		}
	}
}

// sizes compares what has a unit; the reference has that of the file, whose
// length in mm is unit.
func (c *comparison) sizes(measures *mesh.Measures, unit float64, hasArea bool) {
	const tolerance = 1e-6
	near := func(what, column string, ours float64) {
		if reference, ok := c.ref.Number(column); ok && math.Abs(ours-reference) > tolerance*math.Abs(reference) {
			c.add(what, fmt.Sprintf("%.9g", reference), fmt.Sprintf("%.9g", ours))
		}
	}
	if hasArea {
		near("area", "area", measures.Area/(unit*unit))
	}
	if measures.HasMass {
		near("volume", "volume", measures.Volume/(unit*unit*unit))
	}
	reference, ok := c.ref.Box()
	if !ok {
		return
	}
	b := measures.Box
	ours := [6]float64{b.Min.X, b.Min.Y, b.Min.Z, b.Max.X, b.Max.Y, b.Max.Z}
	for i := range ours {
		if math.Abs(ours[i]/unit-reference[i]) > tolerance*b.Diagonal()/unit {
			c.add("box", fmt.Sprintf("%.9g", reference), fmt.Sprintf("%.9g × %g", ours, unit))
			return
		}
	}
}

const (
	tableHead = "| Model | What | Reference | Partgauge | Why |"
	tableRule = "| --- | --- | --- | --- | --- |"
)

// readDifferences reads the table of the page.
func readDifferences(t *testing.T) (map[string]difference, string) {
	data, err := os.ReadFile(differencesPage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(data), tableHead+"\n"+tableRule+"\n")
	if !ok {
		t.Fatalf("%s has no table", differencesPage)
	}
	out := map[string]difference{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 5 {
			break
		}
		d := difference{strings.TrimPrefix(cells[0], "| "), cells[1], cells[2], cells[3], strings.TrimSpace(strings.TrimSuffix(cells[4], "|"))}
		if _, twice := out[d.key()]; twice {
			t.Errorf("listed twice: %s", d.row())
		}
		out[d.key()] = d
	}
	return out, string(data)
}

func writeDifferences(t *testing.T, page string, found []difference) {
	before, table, _ := strings.Cut(page, tableHead+"\n"+tableRule+"\n")
	var rows strings.Builder
	for _, d := range found {
		rows.WriteString(d.row() + "\n")
	}
	_, after, _ := strings.Cut(table, "\n\n")
	if after != "" {
		after = "\n" + after
	}
	if err := os.WriteFile(differencesPage, []byte(before+tableHead+"\n"+tableRule+"\n"+rows.String()+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
