package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"path"
	"strings"
)

// request is the header of a request. On the wire: its length (four bytes, little-endian), itself as JSON, then
// the bytes of the files one after the other. No archive format: there is nothing in it that could name a link,
// a device or a place outside, and nothing to unpack.
type request struct {
	Renderer string `json:"renderer"`
	Path     string `json:"path"`
	// Files are paths with lengths, in the order of their bytes.
	Files       []fileEntry       `json:"files"`
	Vars        map[string]string `json:"vars"`
	Remotes     map[string]string `json:"remotes"`
	Helm        helmRequest       `json:"helm"`
	ShuffleSeed int64             `json:"shuffleSeed,string"`

	content map[string][]byte
}

type fileEntry struct {
	Path   string `json:"path"`
	Length int    `json:"length"`
}

type helmRequest struct {
	ValuesFiles []string        `json:"valuesFiles"`
	Values      json.RawMessage `json:"values"`
	Set         []string        `json:"set"`
	SetString   []string        `json:"setString"`
	ReleaseName string          `json:"releaseName"`
	Namespace   string          `json:"namespace"`
	KubeVersion string          `json:"kubeVersion"`
	APIVersions []string        `json:"apiVersions"`
	IncludeCRDs bool            `json:"includeCrds"`
}

func readRequest(raw []byte) (*request, error) {
	if len(raw) < 4 {
		return nil, errors.New("the request has no header")
	}
	length := int(binary.LittleEndian.Uint32(raw))
	if length > len(raw)-4 {
		return nil, errors.New("the header of the request is cut off")
	}
	req := &request{content: map[string][]byte{}}
	if err := json.Unmarshal(raw[4:4+length], req); err != nil {
		return nil, err
	}
	rest := raw[4+length:]
	for _, file := range req.Files {
		if file.Length < 0 || file.Length > len(rest) {
			return nil, errors.New("the files of the request are cut off")
		}
		req.content[file.Path] = rest[:file.Length:file.Length]
		rest = rest[file.Length:]
	}
	return req, nil
}

// inside gives the path of a file relative to folder, when it lies below.
func inside(folder, file string) (string, bool) {
	if folder = path.Clean(folder); folder == "." {
		return file, true
	}
	return strings.CutPrefix(file, folder+"/")
}
