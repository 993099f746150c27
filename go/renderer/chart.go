package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"
)

func init() {
	archive.MaxDecompressedChartSize = 64 << 20
}

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// loadChart reads the chart at the path of the request as Helm reads a folder, with its .helmignore.
func loadChart(req *request) (*chart.Chart, error) {
	rules := ignore.Empty()
	if text, there := req.content[path.Join(req.Path, ignore.HelmIgnore)]; there {
		parsed, err := ignore.Parse(bytes.NewReader(text))
		if err != nil {
			return nil, &failure{Code: "chart", File: path.Join(req.Path, ignore.HelmIgnore), Line: 1, Message: err.Error()}
		}
		rules = parsed
	}
	rules.AddDefaults()
	files := []*archive.BufferedFile{}
	for _, entry := range req.Files {
		name, below := inside(req.Path, entry.Path)
		if !below || ignored(rules, name) {
			continue
		}
		if strings.HasPrefix(name, "charts/") && path.Ext(name) == ".tgz" {
			if err := checkArchive(entry.Path, req.content[entry.Path]); err != nil {
				return nil, err
			}
		}
		files = append(files, &archive.BufferedFile{Name: name, Data: bytes.TrimPrefix(req.content[entry.Path], byteOrderMark)})
	}
	loaded, err := loader.LoadFiles(files)
	if err != nil {
		return nil, &failure{Code: "chart", File: chartFile(req, err), Line: 1, Message: err.Error()}
	}
	inOrder(loaded)
	return loaded, nil
}

// chartFile guesses which file of a chart an error is about.
func chartFile(req *request, err error) string {
	for _, name := range []string{"values.yaml", "Chart.lock", "requirements.yaml", "requirements.lock"} {
		if strings.HasPrefix(err.Error(), "cannot load "+name) {
			return path.Join(req.Path, name)
		}
	}
	return path.Join(req.Path, "Chart.yaml")
}

func ignored(rules *ignore.Rules, name string) bool {
	for at, char := range name {
		if char == '/' && rules.Ignore(name[:at], entryInfo{name: path.Base(name[:at]), folder: true}) {
			return true
		}
	}
	return rules.Ignore(name, entryInfo{name: path.Base(name)})
}

// inOrder sorts subcharts, which Helm keeps in the order of a Go map, so that equal charts give equal bytes.
func inOrder(one *chart.Chart) {
	below := one.Dependencies()
	slices.SortStableFunc(below, func(a, b *chart.Chart) int {
		return strings.Compare(a.Name()+"\x00"+a.Metadata.Version, b.Name()+"\x00"+b.Metadata.Version)
	})
	for _, dependency := range below {
		inOrder(dependency)
	}
}

// checkArchive refuses an archive that holds anything but files and folders below its one folder, or that unpacks
// to more than a tree may hold. It reads the archive as a stream and keeps nothing of it.
func checkArchive(name string, data []byte) error {
	refuse := func(message string) error {
		return &failure{
			Code: "refused", File: name, Line: 1, Message: message,
			Hint: "package the chart again with helm package",
		}
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return refuse("the archive cannot be read: " + err.Error())
	}
	limited := &io.LimitedReader{R: unzipped, N: archive.MaxDecompressedChartSize + 1<<20}
	reader := tar.NewReader(limited)
	for entries := 0; ; entries++ {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) && limited.N > 0 {
			return nil
		}
		if limited.N <= 0 {
			return &failure{
				Code: "limit", File: name, Line: 1,
				Message: fmt.Sprintf("the archive unpacks to more than %d bytes", archive.MaxDecompressedChartSize),
			}
		}
		if err != nil {
			return refuse("the archive cannot be read: " + err.Error())
		}
		if entries > 20_000 {
			return &failure{Code: "limit", File: name, Line: 1, Message: "the archive holds more than 20000 files"}
		}
		switch header.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeXHeader, tar.TypeXGlobalHeader:
		default:
			return refuse(fmt.Sprintf("the archive holds %q, which is no regular file: links are refused", header.Name))
		}
		clean := path.Clean(strings.ReplaceAll(header.Name, "\\", "/"))
		if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return refuse(fmt.Sprintf("the archive holds %q, which leads outside", header.Name))
		}
	}
}

// entryInfo is what ignore rules ask about a path.
type entryInfo struct {
	name   string
	folder bool
}

func (e entryInfo) Name() string       { return e.name }
func (e entryInfo) Size() int64        { return 0 }
func (e entryInfo) ModTime() time.Time { return time.Time{} }
func (e entryInfo) IsDir() bool        { return e.folder }
func (e entryInfo) Sys() any           { return nil }
func (e entryInfo) Mode() fs.FileMode {
	if e.folder {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
