'use client'
import { useEffect, useRef } from 'react'
import { typing } from '@/components/ui/rows.ts'
import { useGo } from './Go.tsx'
import { useLive } from './live.tsx'
import type { Noun } from './nav.ts'

/** The keys that work on every page: `g` then a letter, `/`, `?`, `l`, Ctrl/Cmd-K; and the walk that a toast or a notification asks for. */
export function useKeys({ openPalette, openHelp, nouns }: { openPalette: () => void; openHelp: () => void; nouns: readonly Noun[] }) {
  const go = useGo()
  const { live, setLive } = useLive()
  const now = useRef({ openPalette, openHelp, nouns, go, live, setLive })
  useEffect(() => {
    now.current = { openPalette, openHelp, nouns, go, live, setLive }
  })
  useEffect(() => {
    let gAt = 0
    const onKey = (event: KeyboardEvent) => {
      const { openPalette, openHelp, nouns, go, live, setLive } = now.current
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        openPalette()
        return
      }
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event)) return
      if (gAt && Date.now() - gAt < 1_500) {
        gAt = 0
        const noun = nouns.find((noun) => noun.key === event.key)
        if (noun) {
          event.preventDefault()
          go(noun.href)
        }
        return
      }
      if (event.key === 'g') gAt = Date.now()
      else if (event.key === '?') openHelp()
      else if (event.key === 'l') setLive(!live)
      else if (event.key === '/') {
        event.preventDefault()
        const filter = document.querySelector<HTMLInputElement>('[data-filter]')
        if (filter) filter.focus()
        else openPalette()
      }
    }
    const onGo = (event: Event) => now.current.go((event as CustomEvent<string>).detail)
    document.addEventListener('keydown', onKey)
    window.addEventListener('evenkeel:go', onGo)
    return () => {
      document.removeEventListener('keydown', onKey)
      window.removeEventListener('evenkeel:go', onGo)
    }
  }, [])
}
