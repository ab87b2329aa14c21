package mesh

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// A Member is a model of an upload that may hold several.
type Member struct {
	// Name is the name within the archive, for display only: cut to 255
	// bytes, without control characters.
	Name string
	// Data are the bytes of the model, to be read with Read. They are those
	// that Members was given if that was no container.
	Data []byte
	// Skipped says why an entry was left out; Data is nil then.
	Skipped *Warning

	refusal *Error // what Read would say of a skipped entry
}

// Members yields the models in data one after the other: those of a zip, the
// one of a gzip, or data itself when it is no container. A 3MF or AMF is a
// model, not a container, whatever it is called. name is what the upload is
// called.
//
// Entries that are no models are yielded with Skipped set, except folders,
// hidden files and what macOS adds. Archives within archives are not opened.
// An entry that is damaged is yielded with an *Error, after which the next
// one follows; an archive that is damaged or beyond the limits as a whole
// yields a single *Error.
//
// Entries are unpacked one at a time, into memory only.
func Members(ctx context.Context, name string, data []byte, limits Limits) iter.Seq2[Member, error] {
	limits = limits.WithDefaults()
	return func(yield func(Member, error) bool) {
		c := newContent(data)
		switch {
		case int64(len(data)) > limits.FileBytes:
			yield(Member{Name: name}, withAdvice(fileTooLarge(int64(len(data)), limits.FileBytes)))
		case isGzip(c):
			m, err := gunzip(ctx, name, data, &limits)
			yield(m, withAdvice(err))
		case isZip(c):
			a, err := openArchive("", data, &limits)
			if err != nil {
				yield(Member{Name: name}, withAdvice(err))
			} else if a.packageFormat(ctx) != "" {
				yield(Member{Name: name, Data: data}, nil)
			} else {
				a.members(ctx, func(m Member, err error) bool { return yield(m, withAdvice(err)) })
			}
		default:
			yield(Member{Name: name, Data: data}, nil)
		}
	}
}

func isZip(c *content) bool {
	return startsWith(zipLocalMagic, zipEndMagic, zipDescriptorMagic)(c)
}

func isGzip(c *content) bool { return startsWith("\x1f\x8b")(c) }

// readZip reads a 3MF, an AMF, or the only model of an archive.
func readZip(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	a, err := openArchive("", data, &opts.Limits)
	if err != nil {
		return nil, err
	}
	switch a.packageFormat(ctx) {
	case Format3MF:
		return read3MF(ctx, a, opts)
	case FormatAMF:
		a.format = FormatAMF
		i := a.onlyFile()
		return readAMFStream(ctx, a.open(i), a.entries[i].size, opts)
	}
	return readOnlyMember(ctx, func(yield func(Member, error) bool) { a.members(ctx, yield) }, opts)
}

// readGzip reads the model in a gzip.
func readGzip(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	m, err := gunzip(ctx, "", data, &opts.Limits)
	if err != nil {
		return nil, err
	}
	return read(ctx, m.Data, *opts)
}

// readOnlyMember reads the model of an archive that must have one.
func readOnlyMember(ctx context.Context, members iter.Seq2[Member, error], opts *ReadOptions) (*File, error) {
	var model Member
	var skipped []Member
	for m, err := range members {
		switch {
		case err != nil:
			return nil, err
		case m.Skipped != nil:
			skipped = append(skipped, m)
		case model.Data != nil:
			return nil, refuse("", CodeSeveralModels, "", "the archive holds several models (%s, %s, …); unpack it and send them one by one", model.Name, m.Name)
		default:
			model = m
		}
	}
	if model.Data == nil {
		if len(skipped) == 1 {
			e := *skipped[0].refusal
			e.Place = skipped[0].Name
			return nil, &e
		}
		return nil, refuse("", CodeUnknownFormat, "", "the archive holds no 3D model that can be read")
	}
	f, err := read(ctx, model.Data, *opts)
	if err != nil {
		return nil, err
	}
	const most = 5
	for i, m := range skipped {
		if i == most {
			f.Warnings = append(f.Warnings, Warning{CodeIgnoredContent, fmt.Sprintf("%d more entries of the archive are no models", len(skipped)-most)})
			break
		}
		f.Warnings = append(f.Warnings, *m.Skipped)
	}
	return f, nil
}

// packageFormat returns the format of an archive that is a model in itself,
// "" for any other.
func (a *zipArchive) packageFormat(ctx context.Context) Format {
	for i := range a.entries {
		name := foldName(a.entries[i].name)
		if name == foldName(contentTypesName) || name == "_rels/.rels" || strings.HasSuffix(name, ".model") {
			return Format3MF
		}
	}
	i := a.onlyFile()
	if i < 0 || ctx.Err() != nil {
		return ""
	}
	head := make([]byte, xmlTextPiece)
	n, err := io.ReadFull(a.open(i), head)
	if (err == nil || err == io.EOF || err == io.ErrUnexpectedEOF) && isAMF(newContent(head[:n])) {
		return FormatAMF
	}
	return ""
}

// onlyFile returns the entry that is no folder, −1 if there are none or
// several.
func (a *zipArchive) onlyFile() int {
	only := -1
	for i := range a.entries {
		if a.entries[i].directory {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = i
	}
	return only
}

// members yields the entries of an ordinary archive.
func (a *zipArchive) members(ctx context.Context, yield func(Member, error) bool) {
	for i := range a.entries {
		e := &a.entries[i]
		if e.directory || isHidden(e.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			yield(Member{}, err)
			return
		}
		m := Member{Name: e.place()}
		data, err := a.readAll(i)
		if err == nil {
			if m.refusal = a.refusal(ctx, e.name, data); m.refusal == nil {
				m.Data = data
			} else {
				m.Skipped = &Warning{CodeIgnoredContent, fmt.Sprintf("%s was left out: %s", m.Name, m.refusal.Reason)}
			}
		}
		if !yield(m, err) {
			return
		}
	}
}

// isHidden reports whether an entry is a hidden file, or one that macOS adds.
func isHidden(name string) bool {
	for segment := range strings.SplitSeq(name, "/") {
		if len(segment) > 1 && segment[0] == '.' || segment == "__MACOSX" {
			return true
		}
	}
	return false
}

// refusal says why an entry is no model, nil if it is one. A file that is
// called like a model is one, so that its faults come to light.
func (a *zipArchive) refusal(ctx context.Context, name string, data []byte) *Error {
	c := newContent(data)
	if isNested(ctx, data, a.limits) {
		return refuse("", CodeLimitZipNesting, "", "an archive within an archive is not opened")
	}
	for _, codec := range codecs() {
		if codec.matches(c) {
			return nil
		}
	}
	if modelExtensions[strings.ToLower(path.Ext(name))] {
		return nil
	}
	return c.refusal()
}

var modelExtensions = map[string]bool{
	".stl": true, ".obj": true, ".ply": true, ".off": true, ".3mf": true, ".amf": true, ".gltf": true, ".glb": true,
}

// gunzip unpacks the model in a gzip, which may come in several streams but
// may not be a container again.
func gunzip(ctx context.Context, name string, data []byte, limits *Limits) (Member, error) {
	m := Member{Name: cleanName(strings.TrimSuffix(name, path.Ext(name)))}
	corrupt := func(err error) (Member, error) {
		return m, refuse("", CodeGzipCorrupt, "", "the gzip is cut off or damaged (%v); pack the file again", err)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return corrupt(err)
	}
	if r.Name != "" {
		m.Name = cleanName(r.Name)
	}
	// The last four bytes announce the size, unless they lie.
	announced := int64(le32(data[len(data)-4:]))
	if announced > 16*int64(len(data)) {
		announced = int64(len(data))
	}
	out := make([]byte, 0, announced+bytes.MinRead)
	for {
		if len(out) == cap(out) {
			out = append(make([]byte, 0, 2*cap(out)), out...)
		}
		n, err := r.Read(out[len(out):min(cap(out), len(out)+zipRatioFree)])
		out = out[:len(out)+n]
		if err := checkGzipSize(int64(len(out)), len(data), limits); err != nil {
			return m, err
		}
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if err == nil {
			continue
		}
		if err != io.EOF {
			return corrupt(err)
		}
		if isNested(ctx, out, limits) {
			return m, refuse("", CodeLimitZipNesting, "", "the gzip holds an archive again, which is not opened; send the archive or the model itself")
		}
		m.Data = out
		return m, nil
	}
}

func checkGzipSize(size int64, packed int, limits *Limits) error {
	switch {
	case size > limits.ZipBytes:
		return refuse("", CodeLimitZipSize, "", "the gzip unpacks to more than %d bytes", limits.ZipBytes)
	case size > zipRatioFree && size/int64(packed) > limits.ZipRatio:
		return refuse("", CodeLimitZipRatio, "", "the gzip unpacks to more than %d times its size", limits.ZipRatio)
	}
	return nil
}

// isNested reports whether data is a container but no 3MF or AMF.
func isNested(ctx context.Context, data []byte, limits *Limits) bool {
	c := newContent(data)
	if isGzip(c) {
		return true
	}
	if !isZip(c) {
		return false
	}
	a, err := openArchive("", data, limits)
	return err == nil && a.packageFormat(ctx) == ""
}
