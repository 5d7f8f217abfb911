package org.streamlitgateway.it.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

/** Actions of a visitor in the demo app. */
final class Demo {
    /** Script that counts the colours of a canvas element. */
    static final String COLOURS_OF_A_CANVAS = "canvas => { const {width, height} = canvas;"
            + " const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;"
            + " return new Set(new Uint32Array(pixels.buffer)).size }";

    /** Script that records each text length at which the assistant's newest message is seen, with its time. */
    static final String RECORD_THE_LAST_CHAT_MESSAGE = "() => { window.recorded = [];"
            + " const before = document.querySelectorAll('[data-testid=stChatMessage]').length;"
            + " new MutationObserver(() => {"
            + "   const messages = document.querySelectorAll('[data-testid=stChatMessage]');"
            + "   if (messages.length < before + 2) return;"
            + "   const length = messages[messages.length - 1].textContent.length;"
            + "   const last = window.recorded.at(-1);"
            + "   if (!last || last[0] !== length) window.recorded.push([length, performance.now()]);"
            + " }).observe(document.body, {subtree: true, childList: true, characterData: true}) }";

    private Demo() {}

    static void countAClick(Page page) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Count a click"))
                .click();
    }

    static void ask(Page page, String question) {
        page.getByPlaceholder("Say something").fill(question);
        page.getByPlaceholder("Say something").press("Enter");
    }

    static void follow(Page page, String link) {
        page.getByTestId("stSidebarNav")
                .getByRole(AriaRole.LINK)
                .filter(new Locator.FilterOptions().setHasText(link))
                .click();
    }
}
