package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
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
	documents := yaml.NewDecoder(bytes.NewReader(data))
	if err := documents.Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return yamlError(err)
	}
	if err := documents.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("more than one document; give one")
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
	if asJSON, err = json.Marshal(opts); err != nil {
		return err
	}
	var taken map[string]any
	if err := json.Unmarshal(asJSON, &taken); err != nil {
		return err
	}
	return checkTaken("", tree, taken)
}

// yamlError words what the parser says of a file that is no map of settings.
func yamlError(err error) error {
	var mismatch *yaml.TypeError
	if !errors.As(err, &mismatch) {
		return err
	}
	for _, e := range mismatch.Errors {
		if strings.Contains(e, "already defined") {
			return errors.New(e)
		}
	}
	return errors.New("give settings as \"name: value\"")
}

// checkTaken compares the settings that were given with those that were taken
// from them: package encoding/json takes a key that differs in case, of two
// such keys either, and a list that is too short or too long. above is the
// name of what the settings belong to, with a point behind it.
func checkTaken(above string, given, taken map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name := above + key
		if _, ok := taken[key]; !ok {
			for other := range taken {
				if strings.EqualFold(other, key) {
					return fmt.Errorf("unknown setting %q; write %q", name, above+other)
				}
			}
			continue // zero, which is not written
		}
		switch value := given[key].(type) {
		case map[string]any:
			below, _ := taken[key].(map[string]any)
			if err := checkTaken(name+".", value, below); err != nil {
				return err
			}
		case []any:
			if list, ok := taken[key].([]any); ok && len(list) != len(value) {
				return fmt.Errorf("%q is a list of %d; give %d numbers", name, len(value), len(list))
			}
		}
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
