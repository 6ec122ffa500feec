type Listener = (event: MessageEvent<string>) => void

/**
 * The tab's stream of events. A browser opens it again by itself after a broken connection, but never after a refusal: a server that is starting, or
 * has too many streams open, is asked again here.
 */
export function openEvents({ retry, onOpen }: { retry(failures: number): number; onOpen(isOpen: boolean): void }) {
  const listeners: [type: string, listener: Listener][] = []
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let source = open()

  function open(): EventSource {
    const opened = new EventSource('/api/v1/events')
    opened.onopen = () => {
      failures = 0
      onOpen(true)
    }
    opened.onerror = () => {
      onOpen(false)
      if (opened.readyState !== EventSource.CLOSED) return
      timer = setTimeout(() => {
        source = open()
      }, 1_000 + retry(failures++))
    }
    for (const [type, listener] of listeners) opened.addEventListener(type, listener)
    return opened
  }
  return {
    on(type: string, listener: Listener) {
      listeners.push([type, listener])
      source.addEventListener(type, listener)
    },
    close() {
      if (timer) clearTimeout(timer)
      source.close()
    },
  }
}
