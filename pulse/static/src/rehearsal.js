// Stands in for participation.js in the preview: the same ways through, and nothing leaves the page.

const RECEIPT = "0".repeat(64);

export function createParticipation() {
  return {
    lookUp: async () => ({ state: "ready", wave: "preview", keys: {}, since: null, kept: null }),
    saveDraft: async () => {},
    forget: async () => {},
    send: async ({ onStage }) => {
      onStage("passes");
      onStage("ballots");
      return RECEIPT;
    },
  };
}
