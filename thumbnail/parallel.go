package thumbnail

import (
	"context"
	"sync/atomic"

	"github.com/partgauge/partgauge/internal/parallel"
)

// forEach calls work for each job from 0 to jobs−1, on as many goroutines as
// threads and jobs allow. When ctx is cancelled no further job is begun and
// its error is returned.
func forEach(ctx context.Context, threads, jobs int, work func(job int)) error {
	var next atomic.Int64
	var group parallel.Group
	for range min(threads, jobs) {
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

// chunk is how many vertices or triangles a worker takes at a time.
const chunk = 1 << 14

// inChunks hands out the numbers below count in chunks.
func inChunks(ctx context.Context, threads, count int, work func(start, end int)) error {
	return forEach(ctx, threads, (count+chunk-1)/chunk, func(i int) {
		work(i*chunk, min((i+1)*chunk, count))
	})
}
