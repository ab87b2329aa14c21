package mesh

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
)

// checkZip opens data as an archive and compares what is accepted with what
// the standard library sees.
func checkZip(t *testing.T, data []byte) {
	limits := Limits{ZipBytes: 1 << 20, ZipEntries: 100}.WithDefaults()
	a, err := openArchive("", data, &limits)
	if err != nil {
		if _, ok := err.(*Error); !ok {
			t.Fatalf("%v is no *Error", err)
		}
		return
	}
	standard, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && err != zip.ErrInsecurePath {
		t.Fatalf("accepted, but %v", err)
	}
	if len(standard.File) != len(a.entries) {
		t.Fatalf("%d entries, want %d", len(a.entries), len(standard.File))
	}
	total := 0
	for i, f := range standard.File {
		content, err := a.readAll(i)
		if total += len(content); total > 1<<20 {
			t.Fatal("more bytes than the limit")
		}
		if f.Name != a.entries[i].name {
			t.Fatalf("entry %d is %q, want %q", i, a.entries[i].name, f.Name)
		}
		if err != nil {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatalf("%s: read, but %v", f.Name, err)
		}
		want, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(content, want) {
			t.Fatalf("%s: %d bytes, want %d, %v", f.Name, len(content), len(want), err)
		}
	}
}

func FuzzZip(f *testing.F) {
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range []string{"a", "b/", "b/c.stl"} {
			e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
			if err != nil {
				f.Fatal(err)
			}
			if name != "b/" {
				e.Write(bytes.Repeat([]byte(name), 100))
			}
		}
		w.SetComment("comment")
		w.Close()
		f.Add(b.Bytes())
	}
	var b bytes.Buffer
	z := &zipWriter{w: &b}
	z.add("x", func(w io.Writer) error { return writeString(w, "content") })
	z.close()
	f.Add(b.Bytes())
	f.Fuzz(checkZip)
}

// TestZipWriter: what is written is what the standard library reads.
func TestZipWriter(t *testing.T) {
	var b bytes.Buffer
	z := &zipWriter{w: &b}
	for _, name := range []string{"a", "b/c"} {
		if err := z.add(name, func(w io.Writer) error { return writeString(w, "content of "+name) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.close(); err != nil {
		t.Fatal(err)
	}
	checkZip(t, b.Bytes())
	limits := DefaultLimits()
	a, err := openArchive("", b.Bytes(), &limits)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := a.readAll(1); err != nil || string(content) != "content of b/c" {
		t.Errorf("%q, %v", content, err)
	}
}
