package mesh

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunkCount returns how many chunks of the given size cover n elements.
func chunkCount(n, size int) int { return (n + size - 1) / size }

// forChunks calls work for every chunk [lo, hi) of [0, n), up to threads of
// them at once; threads 0 means all that Go may use. Chunks have the same
// bounds whatever the number of threads, so results that are kept per chunk
// and combined in their order do not depend on it. It stops early when ctx
// ends and returns ctx's error.
func forChunks(ctx context.Context, threads, n, size int, work func(chunk, lo, hi int)) error {
	count := chunkCount(n, size)
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, count)
	if threads <= 1 {
		for chunk := range count {
			if err := ctx.Err(); err != nil {
				return err
			}
			work(chunk, chunk*size, min(n, (chunk+1)*size))
		}
		return ctx.Err()
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range threads {
		group.Go(func() {
			for ctx.Err() == nil {
				chunk := int(next.Add(1)) - 1
				if chunk >= count {
					return
				}
				work(chunk, chunk*size, min(n, (chunk+1)*size))
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
