// the certificate library needs it before it is loaded
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, KeyObject, randomUUID, webcrypto, X509Certificate } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AsnConvert } from '@peculiar/asn1-schema'
import { GeneralName, GeneralSubtree, GeneralSubtrees, id_ce_nameConstraints, NameConstraints } from '@peculiar/asn1-x509'
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, Extension, KeyUsageFlags, KeyUsagesExtension,
  SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator
} from '@peculiar/x509'

/** What a local server needs for TLS; keys and certificates are PEM. */
export interface DevelopmentCertificate {
  readonly key: string
  readonly cert: string
  /** Where the certificate is that clients shall trust, absolute. */
  readonly file: string
}

type KeyPair = webcrypto.CryptoKeyPair

/** The addresses a development certificate is good for. */
export const certifiedHosts: readonly string[] = ['localhost', '127.0.0.1', '::1']

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const authorityName = 'CN=fastify-graph-operations development authority'
const dayMillis = 86_400_000
const lifetimeDays = 365
/** With less than this left an authority is made anew. */
const renewalDays = 30

async function findText (file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function makeKeys (): Promise<KeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function toPem (key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString()
}

async function parseKeys (pem: string): Promise<KeyPair> {
  const privateKey = createPrivateKey(pem)
  const { subtle } = webcrypto
  return {
    privateKey: await subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), algorithm, true, ['sign']),
    publicKey: await subtle.importKey('spki', createPublicKey(pem).export({ type: 'spki', format: 'der' }), algorithm, true, ['verify'])
  }
}

/** The authority can certify this machine only, so that whoever trusts it trusts it for nothing else. @see RFC 5280, 4.2.1.10 */
function makeConstraints (): Extension {
  const bases = [new GeneralName({ dNSName: 'localhost' }), new GeneralName({ iPAddress: '127.0.0.1/32' }), new GeneralName({ iPAddress: '::1/128' })]
  const permittedSubtrees = new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })))
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(new NameConstraints({ permittedSubtrees })))
}

async function makeAuthority (keys: KeyPair, notBefore: Date): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: authorityName,
    keys,
    notBefore,
    notAfter: new Date(notBefore.getTime() + lifetimeDays * dayMillis),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      makeConstraints()
    ]
  })
  return `${certificate.toString('pem')}\n`
}

async function makeLeaf (authority: KeyPair, keys: KeyPair, notBefore: Date, notAfter: Date): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: authorityName,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    notBefore,
    notAfter,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(certifiedHosts.map((value) => ({ type: value === 'localhost' ? 'dns' : 'ip', value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey)
    ]
  })
  return `${certificate.toString('pem')}\n`
}

/** Of servers that start at once the first makes the key for all. */
async function makeKeyFile (file: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, toPem((await makeKeys()).privateKey), { mode: 0o600 })
  const failure = await link(draft, file).catch((error: unknown) => error as Error)
  await rm(draft)
  const pem = await findText(file)
  if (pem === undefined) throw failure as Error
  return pem
}

async function openKeys (file: string): Promise<KeyPair> {
  return await parseKeys(await findText(file) ?? await makeKeyFile(file))
}

function isFresh (pem: string, keys: KeyPair, now: Date): boolean {
  const certificate = new X509Certificate(pem)
  return certificate.checkPrivateKey(KeyObject.from(keys.privateKey)) && Date.parse(certificate.validTo) - now.getTime() > renewalDays * dayMillis
}

/** The certificate of the authority. All that are made with one key are as good as each other, so that the last of several may win. */
async function openAuthority (file: string, keys: KeyPair, now: Date): Promise<string> {
  const found = await findText(file)
  if (found !== undefined && isFresh(found, keys, now)) return found
  const made = await makeAuthority(keys, now)
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, made)
  await rename(draft, file)
  return made
}

/**
 * A certificate for this machine, to develop with. In `folder` it keeps an authority of its own for about a
 * year, which clients are told to trust; the server's certificate and its key live as long as the process.
 * @see RFC 5280; RFC 6125
 */
export async function makeDevelopmentCertificate (folder: string, now = new Date()): Promise<DevelopmentCertificate> {
  const file = resolve(folder, 'authority.pem')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const authority = await openKeys(join(folder, 'authority.key'))
  const { validTo } = new X509Certificate(await openAuthority(file, authority, now))
  const keys = await makeKeys()
  return Object.freeze<DevelopmentCertificate>({ key: toPem(keys.privateKey), cert: await makeLeaf(authority, keys, now, new Date(validTo)), file })
}
