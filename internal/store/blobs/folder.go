package blobs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
)

// A Folder keeps blobs in a folder of this machine: the blob abcd… in the file
// sha256/ab/abcd…. One is written in the folder incoming, and moved when it is
// complete, so that a file in sha256 is always whole.
type Folder struct {
	root *os.Root
	// moving is held while a blob is moved to its place or removed from it.
	moving sync.Mutex
}

const (
	incoming = "incoming"
	kept     = "sha256"
)

// OpenFolder returns the blobs in a folder, which is made if it is not there.
func OpenFolder(name string) (*Folder, error) {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f := &Folder{root: root}
	if err := f.prepare(); err != nil {
		root.Close()
		return nil, fmt.Errorf("cannot prepare the folder of objects: %w", err)
	}
	return f, nil
}

// prepare makes all folders, so that keeping a blob makes none.
func (f *Folder) prepare() error {
	if err := f.root.MkdirAll(incoming, 0o700); err != nil {
		return err
	}
	for i := range 256 {
		if err := f.root.MkdirAll(path.Join(kept, hex.EncodeToString([]byte{byte(i)})), 0o700); err != nil {
			return err
		}
	}
	return errors.Join(f.sync(kept), f.sync("."))
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Sweep removes drafts that a process left when it ended. Only the process that
// owns the folder may call it, before it makes drafts.
func (f *Folder) Sweep() error {
	left, err := fs.ReadDir(f.root.FS(), incoming)
	if err != nil {
		return err
	}
	for _, file := range left {
		if err := f.root.Remove(path.Join(incoming, file.Name())); err != nil {
			return err
		}
	}
	return nil
}

func pathOf(h files.Hash) string { return path.Join(kept, string(h[:2]), string(h)) }

// sync makes the entries of a folder survive the loss of power.
func (f *Folder) sync(name string) error {
	folder, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// A draft is a file in incoming.
type draft struct {
	folder *Folder
	file   *os.File
	name   string
	sum    hash.Hash
	size   int64
	limit  int64
	err    error // the first one: no later write can mend it
}

// Draft begins a blob of at most limit bytes.
func (f *Folder) Draft(_ context.Context, limit int64) (files.Draft, error) {
	name := path.Join(incoming, rand.Text())
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, failure(err)
	}
	return &draft{folder: f, file: file, name: name, sum: sha256.New(), limit: limit}, nil
}

func (d *draft) Write(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if int64(len(p)) > d.limit-d.size {
		d.err = tooLarge(d.limit)
		return 0, d.err
	}
	n, err := d.file.Write(p)
	d.sum.Write(p[:n])
	d.size += int64(n)
	d.err = failure(err)
	return n, d.err
}

func (d *draft) Keep() (files.Blob, error) {
	defer d.Discard()
	if d.err != nil {
		return files.Blob{}, d.err
	}
	b := files.Blob{Hash: files.Hash(hex.EncodeToString(d.sum.Sum(nil))), Size: d.size}
	// A failed sync is never tried again: the kernel may have dropped the data.
	if err := errors.Join(d.file.Sync(), d.file.Close()); err != nil {
		return files.Blob{}, failure(err)
	}
	d.folder.moving.Lock()
	defer d.folder.moving.Unlock()
	// A blob that is there already is replaced by the same bytes. So a damaged
	// one heals, and Remove sees that it is wanted again.
	if err := d.folder.root.Rename(d.name, pathOf(b.Hash)); err != nil {
		return files.Blob{}, failure(err)
	}
	d.name = ""
	return b, failure(d.folder.sync(path.Dir(pathOf(b.Hash))))
}

func (d *draft) Discard() {
	_ = d.file.Close() // may be closed
	if d.name != "" {
		_ = d.folder.root.Remove(d.name) // what stays is swept at the next start
		d.name = ""
	}
	if d.err == nil {
		d.err = fs.ErrClosed
	}
}

// Open returns a blob for reading, after all of it has been read once and found
// to have its hash: a damaged one is a failure with CodeCorrupt, an absent one
// fault.NotFound. It takes as long as reading does.
func (f *Folder) Open(ctx context.Context, h files.Hash) (io.ReadSeekCloser, error) {
	if !valid(h) {
		return nil, fault.Missing()
	}
	file, err := f.root.Open(pathOf(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Missing()
	}
	if err != nil {
		return nil, failure(err)
	}
	if err := verify(ctx, file, h); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// verify reads file to its end and goes back to its beginning.
func verify(ctx context.Context, file io.ReadSeeker, h files.Hash) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, &cancellable{ctx, file}); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return failure(err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != string(h) {
		return corrupt(h)
	}
	_, err := file.Seek(0, io.SeekStart)
	return failure(err)
}

type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Remove removes a blob that nothing refers to, unless it was stored, or stored
// again, after since: whoever stored it may not have written down yet that he
// refers to it. A blob that is not there is fine.
func (f *Folder) Remove(_ context.Context, h files.Hash, since time.Time) error {
	if !valid(h) {
		return fault.Missing()
	}
	f.moving.Lock()
	defer f.moving.Unlock()
	info, err := f.root.Stat(pathOf(h))
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().After(since) {
		return nil
	}
	if err == nil {
		err = f.root.Remove(pathOf(h))
	}
	return failure(err)
}

// Each calls visit with every blob and the time when it was last stored, in the
// order of the hashes, until visit returns false.
func (f *Folder) Each(ctx context.Context, visit func(b files.Blob, stored time.Time) bool) error {
	stopped := errors.New("stopped")
	err := fs.WalkDir(f.root.FS(), kept, func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || entry.IsDir() {
			return err
		}
		h := files.Hash(entry.Name())
		if !valid(h) {
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err == nil && !visit(files.Blob{Hash: h, Size: info.Size()}, info.ModTime()) {
			err = stopped
		}
		return err
	})
	if errors.Is(err, stopped) {
		return nil
	}
	return err
}
