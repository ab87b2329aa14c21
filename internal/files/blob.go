package files

import (
	"context"
	"io"
	"time"
)

// A Hash is the SHA-256 of a blob in lower-case hexadecimal.
type Hash string

// A Blob is an immutable stored byte string.
type Blob struct {
	Hash Hash
	Size int64
}

// Blobs stores bytes under their hash. Who refers to them is written down in
// the Store.
type Blobs interface {
	// Draft begins a blob of at most limit bytes.
	Draft(ctx context.Context, limit int64) (Draft, error)
	// Open returns a blob for reading, after all of it was found to have its
	// hash.
	Open(ctx context.Context, h Hash) (io.ReadSeekCloser, error)
	// Remove removes a blob that nothing refers to, unless it was stored, or
	// stored again, after since. One that is not there is fine.
	Remove(ctx context.Context, h Hash, since time.Time) error
	// Each calls visit with every blob and when it was last stored, until that
	// returns false.
	Each(ctx context.Context, visit func(b Blob, stored time.Time) bool) error
}

// A Draft is a blob in the making. It must be kept or discarded.
type Draft interface {
	// Write adds bytes. More than the draft may have is a fault.TooLarge, and
	// no room for them a fault.StorageFull.
	io.Writer
	// Keep makes the draft a blob. After it the blob survives the loss of
	// power. It may be there already: nothing is stored twice.
	Keep() (Blob, error)
	// Discard drops the draft; after Keep it does nothing.
	Discard()
}
