// Answers where groupcache's consistent hash sends keys.
package main

import (
	"encoding/json"
	"os"

	"github.com/golang/groupcache/consistenthash"
)

func main() {
	var asked struct {
		Nodes    []struct{ Text string }
		Replicas int
		Keys     []string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	ring := consistenthash.New(asked.Replicas, nil)
	places := map[string]int{}
	for at, node := range asked.Nodes {
		places[node.Text] = at
		ring.Add(node.Text)
	}
	owners := []int{}
	for _, key := range asked.Keys {
		owners = append(owners, places[ring.Get(key)])
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"version": "groupcache", "owners": owners})
}
