// A device that keeps passkeys and recognises whoever holds it: Chromium plays it itself.

export async function addAuthenticator(visitor) {
  const session = await visitor.page.context().newCDPSession(visitor.page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}
