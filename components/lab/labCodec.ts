import { useEffect, useState } from 'react'

/** Parsers of the lab: of links, and of specs that somebody wrote. */
type LabCodec = typeof import('@/lib/lab/link.ts') & typeof import('@/lib/lab/problem.ts')

let loading: Promise<LabCodec> | null = null
let loaded: LabCodec | null = null

/**
 * Loads the codec once. A known ring as it is needs none of it, and a third of the page's script is in it: it comes with the first edit, or
 * with a link.
 */
export function loadLabCodec(): Promise<LabCodec> {
  loading ??= Promise.all([import('@/lib/lab/link.ts'), import('@/lib/lab/problem.ts')]).then(([link, problem]) => {
    loaded = { ...link, ...problem }
    return loaded
  })
  // The next one who asks tries again: the server may have been away.
  loading.catch(() => {
    loading = null
  })
  return loading
}

/** The codec, loaded when `needed`; null until it is there. */
export function useLabCodec(needed: boolean): LabCodec | null {
  const [codec, setCodec] = useState(needed ? loaded : null)
  useEffect(() => {
    if (!needed || codec) return
    let left = false
    loadLabCodec().then(
      (found) => !left && setCodec(found),
      () => {},
    )
    return () => {
      left = true
    }
  }, [needed, codec])
  return codec
}
