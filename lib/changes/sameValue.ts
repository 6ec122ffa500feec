import type { SettingText } from '../model/setting.ts'
import type { LiveSettings } from './liveSettings.ts'

/** Of a setting that nobody writes only the texts can be compared. */
export function sameValue(setting: SettingText, a: string, b: string, liveSettings: LiveSettings): boolean {
  if (a === b) return true
  try {
    return liveSettings.same(setting, a, b)
  } catch {
    return false
  }
}
