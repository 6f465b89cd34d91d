package app

import (
	"strconv"
	"sync"
	"testing"
)

// What is kept stays within the limit, and the longest unasked goes first.
func TestRecentKeepsWithinItsLimit(t *testing.T) {
	t.Parallel()
	var r recent[int]
	has := func(key string) bool { _, ok := r.get(key); return ok }
	r.put("a", 1, 40, 100)
	r.put("b", 2, 40, 100)
	if !has("a") || !has("b") || has("c") {
		t.Error("what was put is not there, or what was not is")
	}
	has("a")
	r.put("c", 3, 40, 100)
	if !has("a") || has("b") || !has("c") || r.size != 80 {
		t.Errorf("a third value drove out another one than the longest unasked: size %d", r.size)
	}
	r.put("c", 4, 10, 100)
	if v, _ := r.get("c"); v != 4 || r.size != 50 {
		t.Errorf("put again: %d, size %d", v, r.size)
	}
	r.put("a", 5, 101, 100)
	if has("a") || r.size != 10 {
		t.Errorf("a value that is too large, or the one before it, is kept: size %d", r.size)
	}
}

func TestRecentIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var r recent[int]
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for k := range 200 {
				key := strconv.Itoa((n + k) % 10)
				if v, ok := r.get(key); ok && strconv.Itoa(v) != key {
					t.Errorf("%s is %d", key, v)
				}
				r.put(key, (n+k)%10, int64(k%7), 20)
			}
		})
	}
	all.Wait()
	if r.size < 0 || r.size > 20 || len(r.byKey) != r.order.Len() {
		t.Errorf("size %d, %d keys, %d values", r.size, len(r.byKey), r.order.Len())
	}
}
