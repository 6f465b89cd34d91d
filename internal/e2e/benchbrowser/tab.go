package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/views/assets"
)

// page does what the upload page does with a chosen file, and nothing else.
const page = `<!DOCTYPE html><title>bench</title><input type="file"><script>
let compiled;
async function redact(job) {
	compiled = compiled || await WebAssembly.compileStreaming(fetch("%s"));
	const files = [...document.querySelector("input").files], began = performance.now();
	let last = began, longest = 0;
	const beat = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 5);
	return new Promise((resolve, reject) => {
		const redactor = new Worker("%s"), reader = new Worker("%s");
		const {port1, port2} = new MessageChannel();
		redactor.onerror = reader.onerror = (event) => reject(new Error(event.message));
		redactor.onmessage = ({data}) => {
			if (data.progress) return;
			redactor.terminate();
			reader.terminate();
			clearInterval(beat);
			if (!data.result || data.result.error || data.result.files[0].error) return reject(new Error(JSON.stringify(data.result)));
			resolve({ms: performance.now() - began, wasm: data.memory, longest,
				values: data.result.files[0].report.items.reduce((sum, item) => sum + item.count, 0)});
		};
		reader.postMessage({files, port: port1}, [port1]);
		redactor.postMessage({module: compiled, job, sizes: files.map((file) => file.size), port: port2}, [port2]);
	});
}
</script>`

// tab is a tab of a Chromium with the sample chosen.
type tab struct {
	ctx    context.Context
	close  func()
	pids   []int64
	before int64 // private memory with nothing to do
}

func openTab(ctx context.Context, sample string) (t *tab, err error) {
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// A browser that has gone needs no page.
		_, _ = fmt.Fprintf(w, page, assets.Path("gen/redact.wasm"), assets.Path("redact_worker.js"), assets.Path("file_worker.js"))
	})
	server := httptest.NewServer(mux)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancel := chromedp.NewContext(ctx)
	t = &tab{ctx: ctx, close: func() { cancel(); cancelAllocator(); server.Close() }}
	err = chromedp.Run(ctx, chromedp.Navigate(server.URL), chromedp.SetUploadFiles("input", []string{sample}, chromedp.ByQuery))
	if err == nil {
		t.pids, err = t.renderers()
	}
	if err == nil {
		t.before, err = largest(t.pids)
	}
	if err != nil {
		t.close()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	return t, nil
}

// redact redacts the chosen file once in new workers.
func (t *tab) redact() (m measured, err error) {
	key, round := redact.NewRound()
	job, err := json.Marshal(map[string]any{"version": "bench", "round": round, "key": key[:], "names": redact.NewNameTable(),
		"integration": nil, "integration_digest": "", "files": 1})
	if err != nil {
		return m, err
	}
	cpuBefore, err := cpuOfAll(t.pids)
	if err != nil {
		return m, err
	}
	stop := t.watch(&m)
	var answer struct {
		MS, Longest float64
		Wasm        int64
		Values      int
	}
	err = chromedp.Run(t.ctx, chromedp.Evaluate("redact("+string(job)+")", &answer,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if watched := stop(); err == nil {
		err = watched
	}
	if err != nil {
		return m, fmt.Errorf("redacting in the tab: %w", err)
	}
	cpuAfter, err := cpuOfAll(t.pids)
	m.cpu = cpuAfter - cpuBefore
	m.pause = time.Duration(answer.Longest * float64(time.Millisecond))
	m.took, m.wasm, m.values = time.Duration(answer.MS*float64(time.Millisecond)), answer.Wasm, answer.Values
	return m, err
}

// watch looks at the tab's memory until it is stopped, and keeps the most.
func (t *tab) watch(m *measured) (stop func() error) {
	done, over := make(chan struct{}), sync.WaitGroup{}
	var failed error
	over.Go(func() {
		clock := time.NewTicker(100 * time.Millisecond)
		defer clock.Stop()
		for {
			n, err := largest(t.pids)
			if err != nil {
				failed = err
				return
			}
			m.memory = max(m.memory, n)
			select {
			case <-clock.C:
			case <-done:
				return
			}
		}
	})
	return func() error {
		close(done)
		over.Wait()
		return failed
	}
}

// renderers gives the processes of this Chromium that draw pages: that of the
// tab, and one that it keeps in reserve and that does nothing.
func (t *tab) renderers() (pids []int64, err error) {
	processes, err := systeminfo.GetProcessInfo().Do(cdp.WithExecutor(t.ctx, chromedp.FromContext(t.ctx).Browser))
	if err != nil {
		return nil, fmt.Errorf("asking for the browser's processes: %w", err)
	}
	for _, p := range processes {
		if p.Type == "renderer" {
			pids = append(pids, p.ID)
		}
	}
	if len(pids) == 0 {
		return nil, errors.New("the browser has no renderer")
	}
	return pids, nil
}

// largest gives the private memory of the largest of the processes.
func largest(pids []int64) (most int64, err error) {
	for _, pid := range pids {
		n, err := privateOf(pid)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}

// cpuOfAll is the CPU time that the processes took so far.
func cpuOfAll(pids []int64) (sum time.Duration, err error) {
	for _, pid := range pids {
		n, err := cpuOf(pid)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// privateOf is the memory that belongs to a process alone: what is shared with
// others, as the program itself, is not counted.
func privateOf(pid int64) (n int64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		if name != "Private_Clean" && name != "Private_Dirty" {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading the memory of a process: %w", err)
		}
		n += kb << 10
	}
	return n, nil
}

// tick is the unit of CPU times under /proc on Linux.
const tick = 10 * time.Millisecond

// cpuOf is the CPU time that a process took so far, all its threads together.
func cpuOf(pid int64) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("reading the CPU time of a process")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}
