package files

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// Limits are those of a material and a machine, in mm.
type Limits struct {
	MinWall     float64     `json:"minWall"`     // 0: walls are not judged
	OptimalWall float64     `json:"optimalWall"` // 0: none
	Chamber     *[3]float64 `json:"chamber"`     // along x, y and z; nil: not checked
}

// A Judgement says whether a part can be made within limits.
type Judgement struct {
	Status   printability.Verdict              `json:"status"`
	Criteria map[string]printability.Criterion `json:"criteria"`
}

// Printability judges a model within limits. The first time they are asked for,
// the stored samples of its walls are evaluated, and the answer is remembered.
func (f *Files) Printability(ctx context.Context, who account.Actor, id ModelID, l Limits) (Judgement, error) {
	if err := l.validate(); err != nil {
		return Judgement{}, err
	}
	key, err := json.Marshal(l)
	if err != nil {
		return Judgement{}, err
	}
	var (
		a          Analysis
		remembered []byte
	)
	err = f.Store.View(ctx, func(tx Tx) error {
		if _, a, err = get(tx, who, id); err != nil {
			return err
		}
		if err := a.finished(); err != nil {
			return err
		}
		if remembered, err = tx.Analyses().Judgement(a.ID, string(key)); fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return Judgement{}, err
	}
	if remembered != nil {
		var j Judgement
		return j, json.Unmarshal(remembered, &j)
	}
	j, err := f.judge(ctx, a, l)
	if err != nil {
		return Judgement{}, err
	}
	data, err := json.Marshal(j)
	if err != nil {
		return Judgement{}, err
	}
	err = f.Store.Update(ctx, func(tx Tx) error { return tx.Analyses().Remember(a.ID, string(key), data) })
	return j, err
}

func (l Limits) validate() error {
	if !(l.MinWall >= 0 && l.MinWall <= analysis.MaxWall) {
		return fault.Field("materialMinimumWallThickness", "INVALID", "A wall thickness is a number from 0 to %v mm.", analysis.MaxWall)
	}
	if l.OptimalWall != 0 && !(l.OptimalWall >= l.MinWall && l.OptimalWall <= analysis.MaxWall) {
		return fault.Field("materialOptimalWallThickness", "INVALID", "The optimal wall is at least the minimum wall.")
	}
	if l.Chamber != nil {
		for i, field := range []string{"buildChamberWidth", "buildChamberDepth", "buildChamberHeight"} {
			if size := l.Chamber[i]; !(size > 0) || math.IsInf(size, 0) {
				return fault.Field(field, "INVALID", "A size of a build chamber is a number above 0.")
			}
		}
	}
	return nil
}

// judge judges what is stored of a part.
func (f *Files) judge(ctx context.Context, a Analysis, l Limits) (Judgement, error) {
	var report analysis.Report
	if err := json.Unmarshal(a.Report, &report); err != nil {
		return Judgement{}, fmt.Errorf("the report of analysis %d: %w", a.ID, err)
	}
	var (
		walls           *printability.Walls
		chamber         *fit.Result
		noWalls, noRoom error
	)
	looks := []func(){
		func() { walls, noWalls = f.walls(ctx, a, l, report.Options.Rules) },
		func() { chamber, noRoom = f.fit(ctx, a, l) },
	}
	err := parallel.ForEach(ctx, len(looks), len(looks), func(i int) { looks[i]() })
	if err := cmp.Or(err, noWalls, noRoom); err != nil {
		return Judgement{}, err
	}
	var j Judgement
	j.Criteria, j.Status = printability.Rejudge(report.Criteria, walls, chamber)
	return j, nil
}

func (f *Files) walls(ctx context.Context, a Analysis, l Limits, rules printability.Rules) (*printability.Walls, error) {
	if a.Samples.Hash == "" {
		return nil, nil
	}
	data, err := f.read(ctx, a.Samples)
	if err != nil {
		return nil, err
	}
	samples, err := printability.DecodeSamples(data)
	if err != nil {
		return nil, err
	}
	// Grooves were measured for thinner walls only.
	if most := samples.Options.GrooveLimit; max(l.MinWall, l.OptimalWall) > most {
		return nil, fault.Field("materialMinimumWallThickness", "TOO_LARGE", "Walls are judged up to %v mm.", most)
	}
	return samples.Evaluate(l.MinWall, l.OptimalWall, rules), nil
}

func (f *Files) fit(ctx context.Context, a Analysis, l Limits) (*fit.Result, error) {
	if l.Chamber == nil || a.Hull.Hash == "" {
		return nil, nil
	}
	data, err := f.read(ctx, a.Hull)
	if err != nil {
		return nil, err
	}
	vertices, err := examine.DecodeHull(data)
	if err != nil {
		return nil, err
	}
	hull, err := mesh.ConvexHullPoints(ctx, vertices)
	if err != nil {
		return nil, err
	}
	c := l.Chamber
	chamber := fit.Chamber{W: c[0], D: c[1], H: c[2], Clearance: f.Options.ChamberClearance}
	return fit.Fit(ctx, hull, chamber, fit.Options{KeepOrientation: f.Options.KeepOrientation})
}

// read returns the bytes of a blob.
func (f *Files) read(ctx context.Context, b Blob) ([]byte, error) {
	r, err := f.Blobs.Open(ctx, b.Hash)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, b.Size)
	_, err = io.ReadFull(r, data)
	return data, err
}
