package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/mesh"
)

// An Upload is a file that comes in.
type Upload struct {
	Name string
	Unit mesh.Unit
	Body io.Reader
}

// Task is the kind of the tasks of this package, whose subject is the
// AnalysisID in decimal.
const Task = "analysis"

// Upload stores a file of any content and has it analysed. When it returns the
// model, that survives the loss of power. The error of u.Body is returned as it
// is.
func (f *Files) Upload(ctx context.Context, who account.Actor, u Upload) (Model, Analysis, error) {
	if u.Unit.Scale() == 0 {
		return Model{}, Analysis{}, fault.Field("unit", "INVALID", "%q is no unit.", u.Unit)
	}
	blob, err := f.store(ctx, u.Body)
	if err != nil {
		return Model{}, Analysis{}, err
	}
	key, err := f.key(blob, u.Unit)
	if err != nil {
		return Model{}, Analysis{}, err
	}
	m := Model{
		ID: newModelID(), Organization: who.Organization, Uploader: who.User,
		Name: displayName(u.Name), Unit: u.Unit, Blob: blob, Created: f.now(),
	}
	var a Analysis
	err = f.Store.Update(ctx, func(tx Tx) error {
		if a, err = f.analysisOf(tx, key, m); err != nil {
			return err
		}
		m.Analysis = a.ID
		if err := tx.Blobs().Refer(blob); err != nil {
			return err
		}
		return tx.Models().Add(m)
	})
	if err == nil && f.Added != nil && a.State == Pending {
		f.Added()
	}
	return m, a, err
}

func (f *Files) store(ctx context.Context, body io.Reader) (Blob, error) {
	draft, err := f.Blobs.Draft(ctx, f.MaxBytes)
	if err != nil {
		return Blob{}, err
	}
	defer draft.Discard()
	n, err := io.Copy(draft, body)
	if err != nil {
		return Blob{}, err
	}
	if n == 0 {
		return Blob{}, fault.Field("file", "EMPTY", "The file is empty.")
	}
	return draft.Keep()
}

// analysisOf returns the analysis that a model shares, or a new one with a task
// for it. One that failed for no fault of the file is done again.
func (f *Files) analysisOf(tx Tx, key string, m Model) (Analysis, error) {
	a, err := tx.Analyses().WithKey(key)
	switch {
	case err == nil && (a.State != Failed || a.Code != string(analysis.CodeInternal)):
		return a, nil
	case err == nil:
		a.State, a.Code, a.Message, a.Report, a.Updated = Pending, "", "", nil, f.now()
		err = tx.Analyses().Save(a)
	case fault.Is(err, fault.NotFound):
		a = Analysis{Key: key, Blob: m.Blob, Unit: m.Unit, State: Pending, Updated: f.now()}
		err = tx.Analyses().Add(&a)
	}
	if err != nil {
		return Analysis{}, err
	}
	return a, tx.Tasks().Add(Task, a.ID.subject(), m.Organization)
}

func (id AnalysisID) subject() string { return strconv.FormatInt(int64(id), 10) }

// key returns what must be the same for two models to share an analysis.
func (f *Files) key(b Blob, unit mesh.Unit) (string, error) {
	options, err := json.Marshal(f.Options.WithDefaults())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s", b.Hash, unit, analysis.EngineVersion, options))
	return hex.EncodeToString(sum[:]), nil
}

// newModelID returns a random UUID, version 4.
func newModelID() ModelID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return ModelID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// maxName bounds the name of a model in characters.
const maxName = 255

// displayName returns a file's name without folders and without what would
// change how a line is read; never empty.
func displayName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimSpace(name)
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName])
	}
	if name == "" {
		return "file"
	}
	return name
}
