package blobs

import (
	"errors"
	"syscall"

	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
)

// valid reports whether h is a hash and hence safe in a path.
func valid(h files.Hash) bool {
	for _, c := range []byte(h) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(h) == 64
}

// CodeCorrupt is that of the failure for a blob that is not what was stored.
const CodeCorrupt = "BLOB_CORRUPT"

func corrupt(h files.Hash) error {
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
