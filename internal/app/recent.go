package app

import (
	"container/list"
	"sync"
)

// recent keeps the values that were asked for last, as many as their sizes
// allow. The zero value is empty and ready; it is safe for concurrent use.
type recent[V any] struct {
	mu    sync.Mutex
	order list.List // of recentValue[V], the last asked for in front
	byKey map[string]*list.Element
	size  int64
}

type recentValue[V any] struct {
	key   string
	value V
	size  int64
}

// get gives the value of the key, if it is still there.
func (r *recent[V]) get(key string) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, found := r.byKey[key]
	if !found {
		var none V
		return none, false
	}
	r.order.MoveToFront(e)
	return e.Value.(recentValue[V]).value, true
}

// put keeps a value and lets go of those that nobody asked for the longest, until
// the sum of sizes is within the limit. A value larger than that is not kept.
func (r *recent[V]) put(key string, v V, size, limit int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(key)
	if size > limit {
		return
	}
	if r.byKey == nil {
		r.byKey = map[string]*list.Element{}
	}
	r.byKey[key] = r.order.PushFront(recentValue[V]{key, v, size})
	for r.size += size; r.size > limit; {
		r.drop(r.order.Back().Value.(recentValue[V]).key)
	}
}

// forget lets go of the value of the key.
func (r *recent[V]) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(key)
}

// drop is forget for whoever holds the lock.
func (r *recent[V]) drop(key string) {
	if e, found := r.byKey[key]; found {
		gone := r.order.Remove(e).(recentValue[V])
		delete(r.byKey, key)
		r.size -= gone.size
	}
}
