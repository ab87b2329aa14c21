package mesh

import (
	"context"
	"runtime"
	"sync/atomic"

	"github.com/partgauge/partgauge/internal/parallel"
)

// threadCount returns the number of threads that an option asks for: 0 means
// all that the process may use.
func threadCount(option int) int {
	if option <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return option
}

// forEach calls work for each job from 0 to jobs−1, on as many goroutines as
// threads and jobs allow, and returns when all are done. Jobs are handed out
// in order. When ctx is cancelled no further job is begun and its error is
// returned; otherwise the error is nil. A panic of work is one of forEach.
func forEach(ctx context.Context, threads, jobs int, work func(job int)) error {
	threads = min(threads, jobs)
	if threads <= 1 {
		for job := range jobs {
			if err := ctx.Err(); err != nil {
				return err
			}
			work(job)
		}
		return nil
	}
	var next atomic.Int64
	var group parallel.Group
	for range threads {
		group.Go(func() {
			for ctx.Err() == nil {
				job := int(next.Add(1)) - 1
				if job >= jobs {
					return
				}
				work(job)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
