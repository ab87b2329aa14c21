package analysis

import (
	"context"

	"github.com/partgauge/partgauge/mesh"
)

// stages runs the analysis from the bytes of the file to the verdict.
func (r *run) stages(read func(context.Context) ([]byte, error)) error {
	r.total = effort[StageRead] + effort[StageMeasure]
	for _, s := range r.opts.Stages {
		r.total += effort[s]
	}
	var file *mesh.File
	err := r.stage(StageRead, func() (err error) {
		file, err = r.read(read)
		return err
	})
	if err != nil {
		return err
	}
	_ = file
	return nil
}

// read gets the bytes and reads the model in them.
func (r *run) read(read func(context.Context) ([]byte, error)) (*mesh.File, error) {
	data, err := read(r.ctx)
	if err != nil {
		return nil, err
	}
	r.report.Bytes = int64(len(data))
	sum := make(chan string, 1)
	go func() { sum <- digest(data) }()
	file, err := mesh.Read(r.ctx, data, mesh.ReadOptions{Unit: r.opts.Unit, Limits: r.opts.Limits})
	r.report.SHA256 = <-sum
	if err != nil {
		return nil, err
	}
	r.report.Format = file.Format
	r.report.Unit = file.Unit
	r.report.Solids = file.Solids
	r.report.SolidCount = file.SolidCount
	r.report.Warnings = append(r.report.Warnings, file.Warnings...)
	return file, nil
}
