package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// The pictures of docs/pictures.md are what its commands draw, those of reports
// apart.
func TestPicturesDocument(t *testing.T) {
	document, err := os.ReadFile("../../docs/pictures.md")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(samples, filepath.Join(folder, "testdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "docs/pictures"), 0o777); err != nil {
		t.Fatal(err)
	}
	// The pictures of reports need a browser: they are looked at by people.
	commands := regexp.MustCompile(`(?m)^\$ (analyzer (?:thumbnail .*-o (\S+)|orient|repair|convert).*)$`).FindAllSubmatch(document, -1)
	if len(commands) < 10 {
		t.Fatalf("only %d commands found", len(commands))
	}
	for _, c := range commands {
		command := exec.Command("sh", "-c", string(c[1]))
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c[1], err, output)
			continue
		}
		if name := string(c[2]); filepath.Ext(name) == ".png" {
			want, got := pixels(t, filepath.Join("../..", name)), pixels(t, filepath.Join(folder, name))
			if want.Rect != got.Rect || !bytes.Equal(want.Pix, got.Pix) {
				t.Errorf("%s shows something else than %s draws; look at it and draw it again", name, c[1])
			}
		}
	}
}

func pixels(t *testing.T, name string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(img.Bounds())
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}
