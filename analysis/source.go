package analysis

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"github.com/partgauge/partgauge/mesh"
)

// A source is a model that is yet to be read. It is read once: it may hold all
// bytes of the file, which nobody needs afterwards.
type source func(context.Context, mesh.ReadOptions) (readModel, error)

// A readModel is what was read, and of which bytes, also if it was refused.
type readModel struct {
	file   *mesh.File
	bytes  int64
	sha256 string
}

// inMemory returns the model in data.
func inMemory(data []byte) source {
	return func(ctx context.Context, opts mesh.ReadOptions) (readModel, error) {
		sum := make(chan string, 1)
		go func() {
			digest := sha256.Sum256(data)
			sum <- hex.EncodeToString(digest[:])
		}()
		file, err := mesh.Read(ctx, data, opts)
		return readModel{file: file, bytes: int64(len(data)), sha256: <-sum}, err
	}
}

// sourceOf returns the model that r holds.
func sourceOf(r io.Reader, limits mesh.Limits) source {
	if stl, ok := binarySTL(r, limits.FileBytes); ok {
		return stl
	}
	return func(ctx context.Context, opts mesh.ReadOptions) (readModel, error) {
		data, err := readAll(ctx, r, limits.FileBytes)
		if err != nil {
			return readModel{}, err
		}
		return inMemory(data)(ctx, opts)
	}
}

// A regularFile is an *os.File, or what can do as much.
type regularFile interface {
	io.ReadSeeker
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// binarySTL returns the model that r holds if that is a regular file, whose
// reads do not block, and a binary STL within the limit: it is hashed and
// welded as it is read, and never in memory as a whole.
func binarySTL(r io.Reader, limit int64) (source, bool) {
	f, ok := r.(regularFile)
	if !ok {
		return nil, false
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > limit {
		return nil, false
	}
	if at, err := f.Seek(0, io.SeekCurrent); err != nil || at != 0 {
		return nil, false
	}
	var head [84]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || !mesh.IsBinarySTL(head[:], info.Size()) {
		return nil, false
	}
	return func(ctx context.Context, opts mesh.ReadOptions) (readModel, error) {
		hashed := &hashingReader{r: &boundedReader{ctx: ctx, r: f, left: limit, limit: limit}, sum: sha256.New()}
		file, err := mesh.ReadBinarySTL(ctx, hashed, opts)
		if err != nil {
			// The hash is that of the whole file, also of a refused one.
			if _, rest := io.Copy(io.Discard, hashed); rest != nil {
				return readModel{}, rest
			}
		}
		return readModel{file: file, bytes: hashed.bytes, sha256: hex.EncodeToString(hashed.sum.Sum(nil))}, err
	}, true
}

// A hashingReader hashes what is read.
type hashingReader struct {
	r     io.Reader
	sum   hash.Hash
	bytes int64
}

func (h *hashingReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	h.bytes += int64(n)
	return n, err
}

// readAll reads r to its end. It fails with an *mesh.Error when there is more
// than limit bytes, and with ctx's error as soon as that ends, even if a read
// blocks.
func readAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := guard(func() ([]byte, error) { return readBounded(ctx, r, limit) })
		done <- result{data, err}
	}()
	select {
	case got := <-done:
		return got.data, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func readBounded(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	var buffer bytes.Buffer
	if size := sizeOf(r); size > limit {
		return nil, tooLarge(limit)
	} else if size > 0 {
		// One more than the content and what ReadFrom wants free, so that it
		// need not grow at the end.
		buffer.Grow(int(size) + bytes.MinRead)
	}
	_, err := buffer.ReadFrom(&boundedReader{ctx: ctx, r: r, left: limit, limit: limit})
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// sizeOf returns how many bytes r says it has, 0 if it does not say.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

// A boundedReader fails, rather than ends, beyond its limit, and when ctx
// ends.
type boundedReader struct {
	ctx         context.Context
	r           io.Reader
	left, limit int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n, tooLarge(b.limit)
	}
	return n, err
}

func tooLarge(limit int64) error {
	return &mesh.Error{Code: mesh.CodeLimitFile, Reason: fmt.Sprintf("the file has more than %d bytes; reduce the part or raise the limit", limit)}
}
