package analysis

import (
	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Mending says what repair found in the mesh as it came, and what it did: it
// made optimized out of original.
type Mending struct {
	// Changed is false if the mesh came back as it was: because it is sound,
	// or because nothing could be done without a guess.
	Changed bool              `json:"changed"`
	Before  mesh.RepairCounts `json:"before"`
	After   mesh.RepairCounts `json:"after"`
	// Steps are those that did something, in the order in which they ran. A
	// name comes again where the steps were taken more than once.
	Steps []MendingStep `json:"steps"`
	// Refused are the longest holes that were left open, 100 at most.
	Refused       []RefusedHole `json:"refused"`
	RefusedCount  int           `json:"refusedCount"`  // of all of them
	LargestFilled float64       `json:"largestFilled"` // box diagonal of the largest hole that was closed
	// RefusedUnion says why the union that was asked for was not made; empty if
	// it was, or if none was asked for or needed.
	RefusedUnion string `json:"refusedUnion"`
}

// A MendingStep says what one step of a repair did. See mesh.RepairStep.
type MendingStep struct {
	Name   mesh.RepairStepName `json:"name"`
	Count  int                 `json:"count"` // vertices, triangles, edges, shells or holes it dealt with
	Before mesh.RepairCounts   `json:"before"`
	After  mesh.RepairCounts   `json:"after"`
	Places [][3]float64        `json:"places"` // of the first 100, where the step has places
}

// A RefusedHole is a hole that was left open. See mesh.RefusedHole.
type RefusedHole struct {
	Edges    int        `json:"edges"`
	Length   float64    `json:"length"` // of its border
	Area     float64    `json:"area"`   // of the patch that would close it
	Centroid [3]float64 `json:"centroid"`
	Reason   string     `json:"reason"`
}

// NewMending puts the report of a repair into the form that Report has: points
// are lists of three numbers, and empty lists are no nulls.
func NewMending(done *mesh.RepairReport) *Mending {
	out := &Mending{
		Changed: done.Changed, Before: done.Before, After: done.After,
		Steps:         make([]MendingStep, 0, len(done.Steps)),
		Refused:       make([]RefusedHole, 0, len(done.Refused)),
		RefusedCount:  done.RefusedCount,
		LargestFilled: done.LargestFilled,
		RefusedUnion:  done.RefusedUnion,
	}
	for i := range done.Steps {
		s := &done.Steps[i]
		out.Steps = append(out.Steps, MendingStep{
			Name: s.Name, Count: s.Count, Before: s.Before, After: s.After, Places: vectors(s.Places),
		})
	}
	for _, h := range done.Refused {
		out.Refused = append(out.Refused, RefusedHole{
			Edges: h.Edges, Length: h.Length, Area: h.Area, Centroid: vector(h.Centroid), Reason: h.Reason,
		})
	}
	return out
}

// nothingToMend is the report of a repair of b that is sound.
func (b *body) nothingToMend() *Mending {
	t := b.topology
	// A sound surface has no borders, branchings or flipped triangles.
	counts := mesh.RepairCounts{
		Triangles: len(b.mesh.Triangles), Vertices: len(b.mesh.Vertices), Shells: t.Shells, Duplicates: len(t.Duplicates),
	}
	return &Mending{Before: counts, After: counts, Steps: []MendingStep{}, Refused: []RefusedHole{}}
}

func vectors(points []r3.Vector) [][3]float64 {
	out := make([][3]float64, 0, len(points))
	for _, p := range points {
		out = append(out, vector(p))
	}
	return out
}
