package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/partgauge/partgauge/analysis"
)

// maxConfigBytes bounds a configuration file.
const maxConfigBytes = 1 << 20

// loadConfig reads options from a YAML or JSON file (JSON is YAML). Its keys
// are those of "options" in a report, so what one run reports can be given
// to the next.
func loadConfig(path string) (analysis.Options, error) {
	var opts analysis.Options
	f, err := os.Open(path)
	if err != nil {
		return opts, fmt.Errorf("--config %s: %w", path, plainError(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigBytes+1))
	if err != nil {
		return opts, fmt.Errorf("--config %s: %w", path, plainError(err))
	}
	if len(data) > maxConfigBytes {
		return opts, fmt.Errorf("--config %s: larger than %d bytes, this is no configuration", path, maxConfigBytes)
	}
	if err := decodeConfig(data, &opts); err != nil {
		return opts, fmt.Errorf("--config %s: %w", path, err)
	}
	return opts, nil
}

func decodeConfig(data []byte, opts *analysis.Options) error {
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		var mismatch *yaml.TypeError
		if errors.As(err, &mismatch) {
			return errors.New("give settings as \"name: value\"")
		}
		return err
	}
	asJSON, err := json.Marshal(tree)
	if err != nil {
		return errors.New("the settings hold something that is no number, text, list or map")
	}
	decoder := json.NewDecoder(bytes.NewReader(asJSON))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(opts); err != nil {
		return configError(err)
	}
	return nil
}

// configError words what encoding/json says for somebody who wrote YAML.
func configError(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%q cannot be a %s", mismatch.Field, mismatch.Value)
	}
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return fmt.Errorf("unknown setting %s; the settings are those of \"options\" in a report", name)
	}
	return err
}
