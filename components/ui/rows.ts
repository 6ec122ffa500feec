import { type RefObject, useEffect } from 'react'

/** True when a key press belongs to what is being typed or to an open dialog. */
export function typing(event: { target: EventTarget | null }): boolean {
  const element = event.target as HTMLElement | null
  return Boolean(element?.closest?.('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]'))
}

/** Focuses the next (or, with -1, the previous) element with `data-row` in the container. */
export function moveRow(container: HTMLElement | null, by: 1 | -1): void {
  const all = [...(container?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const at = all.indexOf(document.activeElement?.closest('[data-row]') as HTMLElement)
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

/** `j` and `k` walk through the page's main list from anywhere. */
export function useRowKeys(container: RefObject<HTMLElement | null>, main = true): void {
  useEffect(() => {
    if (!main) return
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event)) return
      if (event.key !== 'j' && event.key !== 'k') return
      event.preventDefault()
      moveRow(container.current, event.key === 'j' ? 1 : -1)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [container, main])
}
