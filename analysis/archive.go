package analysis

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/partgauge/partgauge/mesh"
)

// maxListedSkips is how many entries of an archive that are no models get a
// warning of their own.
const maxListedSkips = 5

// RunEach analyses all models that r holds: those of an archive of several
// one after the other, each with a report under its own name, or else the one
// that Run finds. Timeout holds for each. A damaged entry of an archive has a
// report with an Error, and the others follow.
//
// The sequence ends after an error, which is as that of Run.
func RunEach(ctx context.Context, r io.Reader, opts Options) iter.Seq2[*Report, error] {
	return func(yield func(*Report, error) bool) {
		for subject, err := range ExamineEach(ctx, r, opts) {
			var report *Report
			if subject != nil {
				report = subject.Report
			}
			if !yield(report, err) {
				return
			}
		}
	}
}

// ExamineEach is RunEach that also keeps mesh and samples of each model, for
// as long as the caller keeps its Subject.
func ExamineEach(ctx context.Context, r io.Reader, opts Options) iter.Seq2[*Subject, error] {
	return func(yield func(*Subject, error) bool) {
		full, err := prepare(opts)
		if err != nil {
			yield(nil, err)
			return
		}
		if stl, ok := binarySTL(r, full.Limits.FileBytes); ok {
			yield(examine(ctx, full, stl))
			return
		}
		within, cancel := withTimeout(ctx, full.Timeout)
		data, err := readAll(within, r, full.Limits.FileBytes)
		cancel()
		switch {
		case ctx.Err() != nil:
			yield(nil, ctx.Err())
		case err != nil:
			yield(&Subject{Report: Refused(err, full)}, nil)
		default:
			runMembers(ctx, data, full, yield)
		}
	}
}

// runMembers analyses the models in data.
func runMembers(ctx context.Context, data []byte, opts Options, yield func(*Subject, error) bool) {
	inside, err := guard(func() (contents, error) { return listContents(ctx, data, opts), nil })
	if err != nil || inside.models < 2 {
		// Whatever is wrong with the file, RunBytes finds it and says so.
		yield(Examine(ctx, data, opts))
		return
	}
	next, stop := iter.Pull2(mesh.Members(ctx, opts.Name, data, opts.Limits))
	defer stop()
	for {
		member, more, err := pull(next)
		if !more || ctx.Err() != nil {
			break
		}
		if member.Skipped != nil {
			continue
		}
		one := opts
		one.Name = opts.Name + "/" + member.Name
		var subject *Subject
		if err != nil {
			subject = &Subject{Report: Refused(err, one)}
		} else if subject, err = Examine(ctx, member.Data, one); err != nil {
			yield(nil, err)
			return
		}
		subject.Report.Warnings = append(subject.Report.Warnings, inside.skipped...)
		inside.skipped = nil
		if !yield(subject, nil) {
			return
		}
	}
	if err := ctx.Err(); err != nil {
		yield(nil, err)
	}
}

// pull asks for the next member. A panic ends the members with its error.
func pull(next func() (mesh.Member, error, bool)) (member mesh.Member, more bool, err error) {
	_, fault := guard(func() (struct{}, error) {
		member, err, more = next()
		return struct{}{}, nil
	})
	if fault != nil {
		return mesh.Member{}, true, fault
	}
	return member, more, err
}

// contents is what an archive holds.
type contents struct {
	models  int            // or damaged entries
	skipped []mesh.Warning // about entries that are no models
}

// listContents looks through data once before anything is analysed.
func listContents(ctx context.Context, data []byte, opts Options) contents {
	var found contents
	skips := 0
	for member, err := range mesh.Members(ctx, opts.Name, data, opts.Limits) {
		switch {
		case err != nil || member.Skipped == nil:
			found.models++
		case skips < maxListedSkips:
			skips++
			found.skipped = append(found.skipped, *member.Skipped)
		default:
			skips++
		}
	}
	if more := skips - maxListedSkips; more > 0 {
		found.skipped = append(found.skipped, mesh.Warning{
			Code: mesh.CodeIgnoredContent, Message: fmt.Sprintf("%d more entries of the archive are no models", more),
		})
	}
	return found
}
