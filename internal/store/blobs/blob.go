package blobs

import (
	"errors"
	"io"
	"syscall"

	"github.com/partgauge/partgauge/internal/fault"
)

// A Hash is the SHA-256 of a blob in lower-case hexadecimal.
type Hash string

// valid reports whether h is a hash and hence safe in a path.
func (h Hash) valid() bool {
	for _, c := range []byte(h) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(h) == 64
}

// A Blob is a stored byte string.
type Blob struct {
	Hash Hash
	Size int64
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

// CodeCorrupt is that of the failure for a blob that is not what was stored.
const CodeCorrupt = "BLOB_CORRUPT"

func corrupt(h Hash) error {
	return &fault.Error{
		Kind: fault.Internal, Code: CodeCorrupt, Message: "A stored file is damaged.",
		Cause: errors.New("the blob " + string(h) + " does not have its hash"),
	}
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "The file has more than %d bytes.", limit)
}

// failure returns an error of the file system as what it means to a caller.
func failure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(fault.StorageFull, err, "There is no room left to store the file.")
	}
	return fault.Wrap(fault.Unavailable, err, "The file could not be stored or read; try again later.")
}
