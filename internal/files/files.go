package files

import (
	"context"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/examine"
)

// Files is the business of this package.
type Files struct {
	Config
}

// Config is what Files needs.
type Config struct {
	Store    Store
	Blobs    Blobs
	Examiner Examiner // nil where models are not analysed
	// Options of an analysis, but for the unit.
	Options analysis.Options
	// MaxBytes is the size of the largest file. Default 256 MB.
	MaxBytes int64
	Now      func() time.Time // nil: the clock
	// Added, if set, is called when there is a new task.
	Added func()
}

// New returns Files.
func New(c Config) *Files {
	if c.MaxBytes == 0 {
		c.MaxBytes = 256 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Files{c}
}

// now returns the time as storage keeps it.
func (f *Files) now() time.Time { return f.Now().UTC().Truncate(time.Microsecond) }

// An Examiner analyses a model; see package examine.
type Examiner interface {
	Examine(ctx context.Context, r examine.Request) ([]byte, *analysis.Report, error)
}

// A Store runs transactions. Every call of fn sees one state of the store, and
// either all it did is kept or nothing. fn may be called again after a clash
// with another transaction, so it must have no other effect; and it must not
// begin a transaction of its own.
type Store interface {
	View(ctx context.Context, fn func(Tx) error) error
	Update(ctx context.Context, fn func(Tx) error) error
}

// Tx is what a transaction offers to this package. What is absent is a
// fault.NotFound.
type Tx interface {
	Models() Models
	Analyses() Analyses
	Blobs() References
	Tasks() Tasks
}

// Models stores what was uploaded.
type Models interface {
	Get(ModelID) (Model, error)
	Add(Model) error
	Delete(ModelID) error
	// Of counts the models of an analysis.
	Of(AnalysisID) (int, error)
}

// Analyses stores what is known of the content of models.
type Analyses interface {
	Get(AnalysisID) (Analysis, error)
	WithKey(key string) (Analysis, error)
	Add(*Analysis) error // sets the id
	Save(Analysis) error
	Delete(AnalysisID) error // with its judgements
	// Judgement returns what was remembered under key, and Remember does so;
	// the first one stays.
	Judgement(id AnalysisID, key string) ([]byte, error)
	Remember(id AnalysisID, key string, judgement []byte) error
}

// References counts who refers to a blob. One that nobody refers to may be
// removed some time later.
type References interface {
	Refer(Blob) error
	Release(h Hash, now time.Time) error
	// Forget drops what is written down of blobs to which nobody has referred
	// since a time, the oldest of them, and returns them.
	Forget(since time.Time, most int) ([]Hash, error)
	// Known returns those of the hashes of which something is written down.
	Known([]Hash) ([]Hash, error)
}

// Tasks stores work for later.
type Tasks interface {
	Add(kind, subject string, o account.OrganizationID) error
	// Finish closes a task as whoever works on it does last, in the
	// transaction with the result. It is a fault.Conflict if the task was taken
	// from him: then nothing of the result counts.
	Finish(Claim) error
	// Cancel drops what is to be done about a subject, also from whoever
	// works on it.
	Cancel(kind, subject string) error
}

// A Claim is the right of one worker to work on a task.
type Claim struct {
	Task    int64
	Attempt int // from 1
}
