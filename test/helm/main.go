// Renders a Helm chart as `helm template` does: text/template with sprig and Helm's own functions (pkg/engine/funcs.go), values merged over
// values.yaml, hooks and tests left alone. Arguments: folder of the chart, release, namespace, a JSON file of values.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type values = map[string]interface{}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func read(path string) values {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	out := values{}
	if err := yaml.Unmarshal(text, &out); err != nil {
		fail(fmt.Errorf("%s: %w", path, err))
	}
	return out
}

// merge lays `over` on `under`, maps member by member.
func merge(under, over values) values {
	for key, value := range over {
		below, isMap := under[key].(values)
		above, alsoMap := value.(values)
		if isMap && alsoMap {
			under[key] = merge(below, above)
		} else {
			under[key] = value
		}
	}
	return under
}

func main() {
	chart, release, namespace := os.Args[1], os.Args[2], os.Args[3]
	given := values{}
	text, err := os.ReadFile(os.Args[4])
	if err != nil {
		fail(err)
	}
	if err := json.Unmarshal(text, &given); err != nil {
		fail(err)
	}
	about := read(filepath.Join(chart, "Chart.yaml"))
	data := values{
		"Values":  merge(read(filepath.Join(chart, "values.yaml")), given),
		"Release": values{"Name": release, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Chart":   values{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = func(value interface{}) string {
		out, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(out), "\n")
	}
	functions["include"] = func(name string, value interface{}) (string, error) {
		var out bytes.Buffer
		err := all.ExecuteTemplate(&out, name, value)
		return out.String(), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	functions["fail"] = func(message string) (string, error) { return "", fmt.Errorf("%s", message) }
	all.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		fail(err)
	}
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			fail(err)
		}
		if _, err := all.New(filepath.Base(path)).Parse(string(text)); err != nil {
			fail(err)
		}
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, name, data); err != nil {
			fail(err)
		}
		fmt.Printf("---\n# Source: %s\n%s\n", name, strings.ReplaceAll(out.String(), "<no value>", ""))
	}
}
