import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { mkdtemp, rename, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { toUncounted } from '../../support/uncounted.js'

/** A browser that can be launched. */
export interface BrowserProgram {
  readonly executablePath: string
  readonly env: NodeJS.ProcessEnv
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** Where it is on a Mac, which has it in no folder of PATH. */
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']
const witnesses = fileURLToPath(new URL('..', import.meta.url))
const unpacked = join(witnesses, 'node_modules', '.chromium')

function isProgram (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The Chromium of this machine, if it has one. */
export function findSystemBrowser (): BrowserProgram | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const executablePath = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...applications].find(isProgram)
  return executablePath === undefined ? undefined : { executablePath, env: process.env }
}

/** Why this machine cannot run the Chromium of the npm package, if it cannot. */
export const unpackable: string | false = process.platform === 'linux' && process.arch === 'x64' ? false : `the npm package has a browser for Linux on x64, not for ${process.platform} on ${process.arch}`

/**
 * The Chromium that is inside of an npm package, for Linux on x64. Beyond the C library it needs libnss3,
 * libexpat and a font; the package has them for Amazon's cloud, and unpacks them where it takes itself to be
 * there.
 */
export async function unpackBrowser (): Promise<BrowserProgram> {
  if (!existsSync(unpacked)) {
    const draft = await mkdtemp(`${unpacked}-`)
    const script = 'import chromium from \'@sparticuz/chromium\'; await chromium.executablePath()'
    await promisify(execFile)(...toUncounted(process.execPath, '--input-type=module', '-e', script), {
      cwd: witnesses, env: { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' }, timeout: 60_000
    })
    await writeFile(join(draft, 'fonts.conf'), `<fontconfig><dir>${unpacked}/fonts</dir><cachedir>${unpacked}/fonts-cache</cachedir></fontconfig>\n`)
    await rename(draft, unpacked)
  }
  return {
    executablePath: join(unpacked, 'chromium'),
    env: { ...process.env, LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib'), FONTCONFIG_FILE: join(unpacked, 'fonts.conf') }
  }
}

export async function launch ({ executablePath, env }: BrowserProgram): Promise<Browser> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return await chromium.launch({ executablePath, env: Object.fromEntries(defined), timeout: 30_000 })
}
