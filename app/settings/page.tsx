import { stringify } from 'yaml'
import { SettingsPage } from '@/components/settings/SettingsPage.tsx'
import { getConfig } from '@/lib/server/configuration/configuration.ts'
import { getFrame } from '@/lib/server/frame/frame.ts'
import { listRules } from '@/lib/server/rules/rules.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Settings' }

export default async function Page() {
  const { runtime, person } = await visit('viewer')
  const { config, warnings } = getConfig(runtime)
  return (
    <SettingsPage
      rules={listRules(runtime, { limit: 1_000 })}
      config={stringify(config)}
      warnings={warnings}
      frame={getFrame(runtime, person)}
    />
  )
}
