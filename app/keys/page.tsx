import { KeysPage } from '@/components/keys/KeysPage.tsx'
import { bigKeys, hotKeys, keyPatterns } from '@/lib/server/keys/keys.ts'
import { listTargets } from '@/lib/server/targets/targets.ts'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Keys' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  const asked = { q: scope }
  const targets = await listTargets(runtime)
  return (
    <KeysPage
      hot={{ scope, page: hotKeys(runtime, asked) }}
      big={{ scope, page: bigKeys(runtime, asked) }}
      patterns={{ scope, page: keyPatterns(runtime, asked) }}
      targets={targets}
    />
  )
}
