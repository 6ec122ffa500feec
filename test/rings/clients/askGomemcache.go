// Answers where gomemcache's ServerList sends keys.
package main

import (
	"encoding/json"
	"os"

	"github.com/bradfitz/gomemcache/memcache"
)

func main() {
	var asked struct {
		Nodes []struct{ Text string }
		Keys  []string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	list := new(memcache.ServerList)
	places := map[string]int{}
	names := []string{}
	for at, node := range asked.Nodes {
		places[node.Text] = at
		names = append(names, node.Text)
	}
	if err := list.SetServers(names...); err != nil {
		panic(err)
	}
	owners := []int{}
	for _, key := range asked.Keys {
		address, err := list.PickServer(key)
		if err != nil {
			panic(err)
		}
		owners = append(owners, places[address.String()])
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"version": "0.0~git20141109", "owners": owners})
}
