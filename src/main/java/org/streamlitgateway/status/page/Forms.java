package org.streamlitgateway.status.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.ActionName.Parameter;
import org.streamlitgateway.status.action.FormFields;

/** Buttons of actions. A harmless one acts at once; any other leads to a page that asks for confirmation. */
final class Forms {
    private static final String HIDDEN = "<input type=\"hidden\" name=\"%s\" value=\"%s\">";

    private Forms() {}

    /** Returns a button that acts at once. The parameters alternate between name and value. */
    static String button(ActionName action, String label, String token, String... parameters) {
        return open(action, token, parameters) + "<button>" + label + "</button></form>";
    }

    private static String open(ActionName action, String token, String... parameters) {
        StringBuilder form = new StringBuilder("<form method=\"post\" action=\"status/" + action.key() + "\">")
                .append(HIDDEN.formatted("token", token));
        for (int i = 0; i < parameters.length; i += 2) {
            form.append(HIDDEN.formatted(parameters[i], Html.escaped(parameters[i + 1])));
        }
        return form.toString();
    }

    /** Returns a link to the page that asks for confirmation. */
    static String ask(ActionName action, String label, String... parameters) {
        StringBuilder query = new StringBuilder("?ask=").append(action.key());
        for (int i = 0; i < parameters.length; i += 2) {
            query.append("&amp;")
                    .append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
        }
        return "<a class=\"button\" href=\"status" + query + "\">" + label + "</a>";
    }

    /** Returns the form that asks for confirmation of an action. */
    static String confirmation(Viewer viewer) {
        ActionName action = viewer.asked();
        FormFields fields = viewer.askedFields();
        StringBuilder form = new StringBuilder("<section class=\"ask\"><h2>")
                .append(title(action))
                .append("</h2><p>")
                .append(capitalized(action.effect()))
                .append(".</p>")
                .append(open(action, viewer.token()));
        for (Parameter parameter : Parameter.values()) {
            if (!fields.get(parameter).isEmpty()) {
                form.append("<p>")
                        .append(parameter.key())
                        .append(": <b>")
                        .append(Html.text(fields.get(parameter)))
                        .append("</b></p>")
                        .append(HIDDEN.formatted(parameter.key(), Html.escaped(fields.get(parameter))));
            }
        }
        if (action == ActionName.STOP) {
            form.append("<label>Text for visitors <input name=\"message\" maxlength=\"300\""
                    + " placeholder=\"We are back at noon.\"></label>"
                    + "<label><input type=\"checkbox\" name=\"keep\" value=\"yes\"> Keep open sessions</label>");
        }
        return form.append("<button class=\"danger\">")
                .append(title(action))
                .append("</button> <a class=\"button\" href=\"status\">Cancel</a></form></section>")
                .toString();
    }

    private static String title(ActionName action) {
        return capitalized(action.key().replace('-', ' '));
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
