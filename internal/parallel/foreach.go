package parallel

import (
	"context"
	"sync/atomic"
)

// ForEach calls work for each job from 0 to jobs−1, on as many goroutines as
// threads and jobs allow, and returns when all are done. Jobs are handed out
// in order. When ctx is cancelled no further job is begun and its error is
// returned; otherwise the error is nil. A panic of work is one of ForEach.
func ForEach(ctx context.Context, threads, jobs int, work func(job int)) error {
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
	var group Group
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
