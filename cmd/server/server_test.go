package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// hang is how long a test waits for what must happen.
const hang = 30 * time.Second

// do runs the command line and returns what it says.
func do(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	p := &program{stdout: &out, stderr: &err}
	code = p.run(context.Background(), args)
	return code, out.String(), err.String()
}

// An output is what a program in another goroutine writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// A running is a server in a goroutine.
type running struct {
	address     string
	stdout, log *output
	stop        func() int // ends it as SIGTERM does, and returns the exit code
}

func start(t *testing.T, data string, args ...string) *running {
	t.Helper()
	r := &running{stdout: &output{}, log: &output{}}
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	p := &program{stdout: r.stdout, stderr: r.log}
	go func() {
		code <- p.run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, args...))
	}()
	stopped := sync.OnceValue(func() int { cancel(); return <-code })
	r.stop = stopped
	t.Cleanup(func() { stopped() })
	address := regexp.MustCompile(`listening on (http://\S+)`)
	for end := time.Now().Add(hang); ; time.Sleep(5 * time.Millisecond) {
		if m := address.FindStringSubmatch(r.stdout.String()); m != nil {
			r.address = m[1]
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("the server does not start: %s %s", r.stdout, r.log)
		}
	}
}

func (r *running) get(t *testing.T, token, path string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, r.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Token "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

var tokenLine = regexp.MustCompile(`(?m)^token: (\S+)$`)

func tokenIn(t *testing.T, text string) string {
	t.Helper()
	m := tokenLine.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no token in %q", text)
	}
	return m[1]
}

const profile = "/api/v2.0/my-profile/profile/"

// A server on an empty folder prints a token that works; started again it knows
// it still, and prints none. No secret is in its log.
func TestServe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	first := start(t, data)
	token := tokenIn(t, first.stdout.String())
	if status, body := first.get(t, token, profile); status != http.StatusOK || !strings.Contains(body, "organization_admin") {
		t.Errorf("the profile: %d %s", status, body)
	}
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/openapi.json": `"openapi": "3.1.0"`, "/openapi.yaml": "openapi: 3.1.0", "/docs/": "<h1>Partgauge API",
		"/absent/": `"code":"NOT_FOUND"`,
	} {
		if _, body := first.get(t, "", path+"?token="+token); !strings.Contains(body, want) {
			t.Errorf("%s has no %q: %.200s", path, want, body)
		}
	}
	if code := first.stop(); code != exitOK {
		t.Errorf("it stops with %d: %s", code, first.log)
	}
	if strings.Contains(first.log.String(), token) || !strings.Contains(first.log.String(), "route="+profile) {
		t.Errorf("the log: %s", first.log)
	}
	second := start(t, data, "--log-format", "json")
	if status, _ := second.get(t, token, profile); status != http.StatusOK {
		t.Errorf("the token is forgotten: %d", status)
	}
	if tokenLine.MatchString(second.stdout.String()) {
		t.Error("it prints a token again")
	}
}

// Metrics are on a loopback port of their own.
func TestMetrics(t *testing.T) {
	r := start(t, filepath.Join(t.TempDir(), "data"))
	r.get(t, tokenIn(t, r.stdout.String()), profile)
	address := regexp.MustCompile(`metrics at (http://\S+)/metrics`).FindStringSubmatch(r.stdout.String())
	if address == nil {
		t.Fatal(r.stdout)
	}
	debug := &running{address: address[1]}
	if _, body := debug.get(t, "", "/metrics"); !strings.Contains(body, `partgauge_http_request_seconds_count{method="GET",route="`+profile+`",status="200"} 1`) {
		t.Errorf("no such metric in %s", body)
	}
	if status, _ := r.get(t, "", "/metrics"); status != http.StatusNotFound {
		t.Errorf("/metrics is public: %d", status)
	}
}

// The accounts are managed beside a running server, which knows at once.
func TestAdmin(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, data)
	run := func(args ...string) string {
		t.Helper()
		code, out, errors := do(append(append([]string{"admin"}, args...), "--data", data)...)
		if code != exitOK {
			t.Fatalf("%v: %d %s", args, code, errors)
		}
		return out
	}
	run("organization", "create", "--name", "Acme")
	run("user", "create", "--email", "Eve@Acme.example", "--organization", "Acme", "--role", "organization_admin", "--role", "am_expert", "--first-name", "Eve")
	run("service", "create", "--organization", "Acme", "--name", "Prints")
	run("service", "add-member", "--service", "1", "--user", "eve@acme.example")
	token := tokenIn(t, run("token", "create", "--user", "eve@acme.example", "--label", "laptop", "--expires", "90d"))
	status, body := r.get(t, token, profile)
	if status != http.StatusOK || !strings.Contains(body, `"organization":"Acme"`) || !strings.Contains(body, `"roles":["organization_admin","am_expert","service_panel"]`) {
		t.Errorf("the profile: %d %s", status, body)
	}
	list := run("token", "list", "--user", "eve@acme.example")
	if !strings.Contains(list, "…"+token[len(token)-4:]) || !strings.Contains(list, "laptop") || strings.Contains(list, token) {
		t.Errorf("the list: %s", list)
	}
	run("token", "revoke", "2")
	if status, _ := r.get(t, token, profile); status != http.StatusUnauthorized {
		t.Errorf("the token is revoked and answers %d", status)
	}
	file := filepath.Join(t.TempDir(), "backup")
	run("backup", file)
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if code, _, errors := do("admin", "restore", file, "--data", elsewhere); code != exitOK {
		t.Fatal(errors)
	}
	again := start(t, elsewhere)
	if status, _ := again.get(t, tokenIn(t, r.stdout.String()), profile); status != http.StatusOK {
		t.Errorf("the first token answers %d after the restore", status)
	}
}

// What cannot work is said in one sentence, and the program ends.
func TestRefusals(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	start(t, data)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(folder, "file")
	config := filepath.Join(folder, "config.yaml")
	for path, content := range map[string]string{file: "x", config: "adress: x\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(folder, "other")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"serve --data " + data, exitFailed, "another server uses the data folder"},
		{"serve --data " + filepath.Join(folder, "no", "such"), exitFailed, "no such file or directory"},
		{"serve --data " + file, exitFailed, "not a directory"},
		{"serve --data " + other + " --addr " + taken.Addr().String(), exitFailed, "the port is in use"},
		{"serve --data " + other + " --addr 127.0.0.1:x", exitFailed, "cannot listen"},
		{"serve --data " + other + " --debug-addr 0.0.0.0:0", exitFailed, "expected a loopback address"},
		{"serve --data " + other + " --log-format xml", exitFailed, "expected text or json"},
		{"serve --data " + other + " --database-url postgres://u:secret@127.0.0.1:1/x?connect_timeout=2", exitFailed, "cannot open the database"},
		{"serve --config " + config, exitUsage, `no setting is called "adress"`},
		{"serve --config " + filepath.Join(folder, "absent"), exitUsage, "no such file"},
		{"serve extra", exitUsage, "unknown command"},
		{"serv", exitUsage, "did you mean serve"},
		{"admin token creat", exitUsage, "did you mean create"},
		{"serve --nonsense", exitUsage, "unknown flag"},
		{"serve --requests-per-second x", exitUsage, "--requests-per-second"},
		{"admin token list --user x@y.example --data " + filepath.Join(folder, "nothing"), exitFailed, "there is no database"},
		{"admin token create --user x@y.example --data " + data, exitFailed, "there is no user"},
		{"admin token create --user admin@localhost --expires tomorrow --data " + data, exitFailed, "--expires tomorrow"},
		{"admin token revoke 99 --data " + data, exitFailed, "there is no token 99"},
		{"admin token revoke x --data " + data, exitFailed, "no id"},
		{"admin user create --email a@b.example --organization X --data " + data, exitFailed, "there is no organisation"},
		{"admin user create --organization X --data " + data, exitUsage, "required flag"},
		{"admin organization create --name= --data " + data, exitFailed, "needs a name"},
		{"admin restore " + file + " --data " + data, exitFailed, "another server uses"},
		{"admin backup " + file + " --data " + data, exitFailed, "is there already"},
	} {
		code, _, stderr := do(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "secret") {
			t.Errorf("%s: %d, want %d, with %q: %s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// A flag beats the environment, which beats the file.
func TestSettings(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	for _, setting := range []string{"log-format: xml\n", ""} {
		if err := os.WriteFile(config, []byte(setting+"data: "+t.TempDir()+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PARTGAUGE_CONFIG", config)
		if setting == "" {
			t.Setenv("PARTGAUGE_LOG_FORMAT", "yaml")
		}
		want := map[bool]string{true: "--log-format xml", false: "--log-format yaml"}[setting != ""]
		if code, _, stderr := do("serve"); code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", setting, code, stderr)
		}
	}
	if _, _, stderr := do("serve", "--log-format", "toml"); !strings.Contains(stderr, "--log-format toml") {
		t.Error(stderr)
	}
}

// Told to stop, the server answers what it was asked before; a client that is
// slow with its headers does not hold it up.
func TestDrain(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	log, err := (&program{stderr: io.Discard}).logger("text")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		ended <- run(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			entered <- true
			<-release
			fmt.Fprint(w, "done")
		}), log)
	}()
	answered := make(chan string, 1)
	go func() {
		_, body := (&running{address: "http://" + listener.Addr().String()}).get(t, "", "/")
		answered <- body
	}()
	<-entered
	stop()
	release <- true
	if body := <-answered; body != "done" {
		t.Errorf("the answer is %q", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Every command helps, and completes.
func TestHelp(t *testing.T) {
	for _, args := range []string{"", "serve --help", "migrate --help", "admin", "admin user create --help", "admin token", "completion bash", "version"} {
		code, out, stderr := do(strings.Fields(args)...)
		if code != exitOK || len(out) < 20 || stderr != "" {
			t.Errorf("%q: %d %q %q", args, code, out, stderr)
		}
	}
}
