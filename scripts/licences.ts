/** Of CycloneDX 1.5, what is read here. */
export type Sbom = {
  metadata: { component: { name: string; version: string } }
  components: { name: string; version: string; licenses?: { license?: { id?: string; name?: string }; expression?: string }[] }[]
}

/** Licences that have been read and may be shipped with an Apache-2.0 product: permissive, or copyleft of single files or a library that is linked. */
const KNOWN = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
])
/** Packages whose package.json names none by its SPDX identifier, with what their licence file says. */
const BY_FILE: Record<string, string> = { geist: 'OFL-1.1' }

/** The packages by licence, as Markdown, and those whose licence is not among the known ones. */
export function licences({ metadata, components }: Sbom): { text: string; unknown: string[] } {
  const byLicence = new Map<string, string[]>()
  const unknown: string[] = []
  for (const component of components) {
    const licence = licenceOf(component)
    const label = `${component.name}@${component.version}`
    byLicence.set(licence, [...(byLicence.get(licence) ?? []), label])
    if (!isKnown(licence)) unknown.push(`${label} (${licence})`)
  }
  const sections = [...byLicence]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([licence, packages]) =>
        `## ${licence}\n\n${packages
          .sort()
          .map((one) => `* ${one}`)
          .join('\n')}\n`,
    )
  const { name, version } = metadata.component
  return { text: `# Licences of what ${name} ${version} is made of\n\n${components.length} packages.\n\n${sections.join('\n')}`, unknown }
}

function licenceOf({ name, licenses = [] }: Sbom['components'][number]): string {
  const named = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '').filter((one) => one !== '')
  return BY_FILE[name] ?? (named.join(' AND ') || 'none named')
}

/** An SPDX expression: of `OR` one must be known, of `AND` all. */
const isKnown = (expression: string): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => KNOWN.has(one.trim())))
