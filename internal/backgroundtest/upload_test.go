package backgroundtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
	"github.com/partgauge/partgauge/mesh"
)

// An upload can be read at once and is analysed by and by; what is stored
// answers for any limits as an analysis with these limits answers.
func TestUpload(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		w := start(t, db, storetest.Blobs(t), 1)
		data := box(1)
		m := w.upload(t, who, data)
		_, r, err := w.files.Original(t.Context(), who, m.ID)
		if got := content(t, r, err); !bytes.Equal(got, data) {
			t.Errorf("%d bytes come back as %d", len(data), len(got))
		}
		a := w.settle(t, who, m.ID)
		if a.State != files.Finished || a.State.Word() != "finished" {
			t.Fatalf("%s: %s", a.State, a.Message)
		}
		_, r, err = w.files.Thumbnail(t.Context(), who, m.ID)
		if got := content(t, r, err); !bytes.HasPrefix(got, []byte("\x89PNG")) {
			t.Error("the picture is none")
		}
		_, r, err = w.files.Optimized(t.Context(), who, m.ID)
		if read, err := mesh.Read(t.Context(), content(t, r, err), mesh.ReadOptions{}); err != nil || len(read.Mesh.Triangles) == 0 {
			t.Errorf("the optimized mesh: %v", err)
		}
		for _, limits := range []files.Limits{{}, {MinWall: 0.3}, {MinWall: 1, OptimalWall: 2}, {Chamber: &[3]float64{15, 30, 30}}} {
			opts := options()
			opts.MinWall, opts.OptimalWall, opts.Chamber = limits.MinWall, limits.OptimalWall, limits.Chamber
			want, err := analysis.RunBytes(t.Context(), data, opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"first", "remembered"} {
				got, err := w.files.Printability(t.Context(), who, m.ID, limits)
				if err != nil || got.Status != want.Status || !reflect.DeepEqual(plain(t, got.Criteria), plain(t, want.Criteria)) {
					t.Errorf("%s, %+v: %v, %s instead of %s", when, limits, err, got.Status, want.Status)
				}
			}
		}
	})
}

func plain(t *testing.T, value any) (out any) {
	t.Helper()
	data, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Models with the same content share bytes and analysis; each can be deleted
// without harm to the others, and with the last one all that was found goes.
func TestShared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		w := start(t, db, storetest.Blobs(t), 1)
		first := w.upload(t, who, box(1))
		a := w.settle(t, who, first.ID)
		second := w.upload(t, who, box(1))
		if again := w.settle(t, who, second.ID); again.ID != a.ID || first.ID == second.ID {
			t.Errorf("the same file has the analyses %d and %d", a.ID, again.ID)
		}
		if err := w.files.Delete(t.Context(), who, first.ID); err != nil {
			t.Fatal(err)
		}
		if n := w.collect(t); n != 0 {
			t.Errorf("%d blobs were removed", n)
		}
		_, r, err := w.files.Original(t.Context(), who, second.ID)
		content(t, r, err)
		if err := w.files.Delete(t.Context(), who, second.ID); err != nil {
			t.Fatal(err)
		}
		if n, err := w.files.Collect(t.Context()); n != 0 || err != nil {
			t.Errorf("%d blobs were removed at once, %v", n, err)
		}
		if n := w.collect(t); n != 5 {
			t.Errorf("%d blobs were removed instead of file, samples, mesh, picture and hull", n)
		}
		if _, _, err := w.files.Get(t.Context(), who, second.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted: %v", err)
		}
	})
}

// The models of others do not exist, for any question.
func TestForeign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		w := start(t, db, storetest.Blobs(t), 1)
		m := w.upload(t, who, box(1))
		w.settle(t, who, m.ID)
		for _, other := range []account.Actor{
			{User: who.User + 1, Organization: who.Organization},
			{User: who.User, Organization: who.Organization + 1, Roles: account.Roles()},
		} {
			_, _, get := w.files.Get(t.Context(), other, m.ID)
			_, _, original := w.files.Original(t.Context(), other, m.ID)
			_, _, optimized := w.files.Optimized(t.Context(), other, m.ID)
			_, _, thumbnail := w.files.Thumbnail(t.Context(), other, m.ID)
			_, printability := w.files.Printability(t.Context(), other, m.ID, files.Limits{})
			for what, err := range map[string]error{
				"get": get, "original": original, "optimized": optimized, "thumbnail": thumbnail, "printability": printability,
				"delete": w.files.Delete(t.Context(), other, m.ID),
			} {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s for %+v: %v", what, other, err)
				}
			}
		}
		admin := account.Actor{User: who.User + 1, Organization: who.Organization, Roles: []account.Role{account.OrganizationAdmin}}
		if _, _, err := w.files.Get(t.Context(), admin, m.ID); err != nil {
			t.Errorf("the administrator: %v", err)
		}
	})
}

// A file that is no part is stored, and its analysis says with a code and a
// sentence what is wrong; what only an analysed part has is refused with them.
func TestRefusedFile(t *testing.T) {
	db := storetest.SQLite(t)
	who := actor(t, db)
	w := start(t, db, storetest.Blobs(t), 1)
	m := w.upload(t, who, []byte("no part at all"))
	a := w.settle(t, who, m.ID)
	if a.State != files.Failed || a.State.Word() != "error" || a.Code == "" || a.Message == "" || len(a.Report) == 0 {
		t.Errorf("%+v", a)
	}
	_, err := w.files.Printability(t.Context(), who, m.ID, files.Limits{MinWall: 1})
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict || e.Code != "ANALYSIS_FAILED" {
		t.Errorf("printability: %v", err)
	}
	for name, body := range map[string][]byte{"empty": {}, "too large": make([]byte, 10<<20+1)} {
		_, _, err := w.files.Upload(t.Context(), who, files.Upload{Name: name, Unit: "mm", Body: bytes.NewReader(body)})
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Names are for showing only.
func TestNames(t *testing.T) {
	db := storetest.SQLite(t)
	who := actor(t, db)
	w := start(t, db, storetest.Blobs(t), 1)
	for name, want := range map[string]string{
		"": "file", "../../etc/passwd": "passwd", `C:\parts\a.stl`: "a.stl", "a\x00b\r\n.stl": "ab.stl", "\u202egpj.stl": "gpj.stl", "..": "..",
		"größe.STL": "größe.STL", "\xff\xfe.stl": ".stl",
	} {
		m, _, err := w.files.Upload(t.Context(), who, files.Upload{Name: name, Unit: "mm", Body: bytes.NewReader([]byte("x"))})
		if err != nil || m.Name != want {
			t.Errorf("%q is shown as %q, want %q, %v", name, m.Name, want, err)
		}
	}
}

// Deleted in the middle of its analysis, a model is gone, and so is the task:
// the worker, late, brings nothing back.
func TestDeletedMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		w := start(t, db, storetest.Blobs(t), 1)
		slow := w.upload(t, who, meshtest.STL(meshtest.Icosphere(10, 6).Mesh))
		for end := time.Now().Add(hang); ; time.Sleep(time.Millisecond) {
			_, a, err := w.files.Get(t.Context(), who, slow.ID)
			if err != nil || time.Now().After(end) {
				t.Fatal("it does not begin", err)
			}
			if a.State != files.Pending {
				break
			}
		}
		if err := w.files.Delete(t.Context(), who, slow.ID); err != nil {
			t.Fatal(err)
		}
		next := w.upload(t, who, box(2))
		if a := w.settle(t, who, next.ID); a.State != files.Finished {
			t.Errorf("the next one: %s", a.Message)
		}
		if _, _, err := w.files.Get(t.Context(), who, slow.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted: %v", err)
		}
		if n := w.collect(t); n < 1 {
			t.Error("the file stays")
		}
		_, r, err := w.files.Original(t.Context(), who, next.ID)
		if got := content(t, r, err); !bytes.Equal(got, box(2)) {
			t.Error("what is in use was touched")
		}
	})
}

// What was stored by a process that ended before it could say what for is
// removed by and by, and nothing that is in use.
func TestStrays(t *testing.T) {
	db := storetest.SQLite(t)
	who := actor(t, db)
	w := start(t, db, storetest.Blobs(t), 1)
	m := w.upload(t, who, box(1))
	w.settle(t, who, m.ID)
	d, err := w.blobs.Draft(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Write([]byte("stray")); err != nil {
		t.Fatal(err)
	}
	stray, err := d.Keep()
	if err != nil {
		t.Fatal(err)
	}
	if n := w.collect(t); n != 1 {
		t.Errorf("%d blobs were removed", n)
	}
	if _, err := w.blobs.Open(t.Context(), stray.Hash); !fault.Is(err, fault.NotFound) {
		t.Errorf("the stray: %v", err)
	}
	_, r, err := w.files.Optimized(t.Context(), who, m.ID)
	content(t, r, err)
}
