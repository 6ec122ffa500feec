'use client'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'

type Live = {
  live: boolean
  setLive: (live: boolean) => void
  /** `now` of the page: stands still while it is paused. Epoch ms. */
  now: () => number
}
const Context = createContext<Live>({ live: true, setLive: () => {}, now: () => Date.now() })

/** Live or paused, for the whole page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [pausedAt, setPausedAt] = useState<number | null>(null)
  const value = useMemo<Live>(
    () => ({ live: pausedAt === null, setLive: (live) => setPausedAt(live ? null : Date.now()), now: () => pausedAt ?? Date.now() }),
    [pausedAt],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}
export const useLive = () => useContext(Context)

/** The time now, renewed every `everyMs`; 0 until the page is awake, so that server and browser draw the same. */
export function useClock(everyMs = 1_000): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
